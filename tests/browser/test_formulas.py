"""The explorer's formulas in Chromium against the library and the golden numbers, over the whole range."""

import math
import tomllib

import numpy as np
import pytest

from tests.support.paths import ROOT
from tests.support.watched import agree, disagreements

pytestmark = pytest.mark.slow

BATTERY = tomllib.loads((ROOT / "tests" / "data" / "battery.toml").read_text())["case"]
VALUES = [
    [1.0, 2.0, 3.0],
    [0.0],
    [-3.5],
    [0.0, 0.0],
    [-0.0, 0.0, -1.0],
    [2.0, 2.0, 2.0, -7.0],
    [0.0, -40.0],
    [0.0, -800.0],
    [1e-300, 2e-300],
    [5e-324, 0.0],
    [-1e-9, 1e-9, 3e-9],
    [1e300, -1e300],
    [-1.7e308, 1.7e308],
    [-1.7e308, -1.6e308],
    [1e16, 1e16 + 2.0],
    [math.inf, 1.0, math.inf],
    [-math.inf, 1.0, 2.0],
    [-math.inf, 0.0],
    [math.inf, -math.inf, 0.0],
    [float(value) for value in np.random.default_rng(5).normal(size=50)],
    [float(value) for value in np.random.default_rng(6).standard_cauchy(size=12) * 1e3],
]
TEMPERATURES = [
    *(0.0, math.inf, 5e-324, 1e-310, 1e-300, 1e-100, 1e-12),
    *(float(f"{digits}e{exponent}") for exponent in range(-6, 7) for digits in ("1", "2.5", "6.3")),
    *(1e12, 1e16, 1e100, 1e300, 1e308),
]
NAIVE = """([values, temperature]) => {
  const weights = values.map((value) => Math.exp(value / temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const probabilities = weights.map((weight) => weight / sum);
  const entropy = -probabilities.reduce((total, p) => total + p * Math.log(p), 0);
  return { probabilities, entropy, logPartition: Math.log(sum), softValue: temperature * Math.log(sum) };
}"""


def ask(page, cases, formula="([values, temperature]) => gibbs(values, temperature)"):
    return page.evaluate(f"(cases) => cases.map({formula})", [[values, temperature] for values, temperature in cases])


def test_the_formulas_are_the_library_s_over_the_whole_range(page):
    cases = [(values, temperature) for values in VALUES for temperature in TEMPERATURES]
    answers = ask(page, cases)
    assert len(answers) == len(cases) > 1000
    assert [
        text
        for (values, temperature), answer in zip(cases, answers, strict=True)
        for text in disagreements(answer, values, temperature)
    ] == []


def test_the_formulas_return_the_golden_numbers_of_the_battery(page):
    cases = [
        case
        for case in BATTERY
        if "error" not in case and not {"where", "prior"} & set(case) and np.ndim(case["values"]) == 1
    ]
    assert len(cases) > 8
    keys = (("entropy", "entropy"), ("log_partition", "logPartition"), ("soft_value", "softValue"))
    for case, answer in zip(cases, ask(page, [(case["values"], case["temperature"]) for case in cases]), strict=True):
        assert all(map(agree, answer["probabilities"], case["probs"])), case["name"]
        for key, name in keys:
            assert key not in case or agree(answer[name], case[key]), (case["name"], key)


@pytest.mark.parametrize(("values", "temperature"), [([1.0, 2.0], 0.0), ([0.0, 1000.0], 1.0), ([0.0, -40.0], 1.0)])
def test_the_comparison_catches_formulas_that_are_written_down_carelessly(page, values, temperature):
    assert disagreements(ask(page, [(values, temperature)], NAIVE)[0], values, temperature)
    assert not disagreements(ask(page, [([1.0, 2.0], 1.0)], NAIVE)[0], [1.0, 2.0], 1.0)
