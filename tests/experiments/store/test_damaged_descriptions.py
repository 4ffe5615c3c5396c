"""Damaged and crafted descriptions of runs are refused in one line, at once and in little memory."""

import json
import tracemalloc
import warnings
from contextlib import suppress

import pytest

from boltzmann.experiments import DamagedBlockError, RefusedError, Results, Store
from boltzmann.experiments.describe import Plan
from tests.support.small_run import PLAN, computed
from tests.support.stopwatch import within


def every_path(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from every_path(part, (*path, key))


def replaced(value, path, part):
    if not path:
        return part
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], part)
    return copy


WRONG = (None, True, 7, -1, 1.5, 2**63, 10**400, "x", "\ud800", [], [7], {}, {"x": 7}, [[7]], [{"x": [7]}])


def test_wrong_types_at_every_key_of_a_description_are_refused_or_harmless(folder, whole):
    path = folder / "experiment.json"
    description = json.loads(whole["experiment.json"])
    variants = refused = longest = 0
    for place in every_path(description):
        for wrong in WRONG:
            path.write_text(json.dumps(replaced(description, place, wrong)))
            variants += 1
            try:
                results = Results.load(folder)
                assert results.plan == PLAN
                with warnings.catch_warnings(action="ignore"):
                    Store(folder).other_versions([["lockstep"] * 2])
                    Store(folder).begin(PLAN, [{"id": "x"}], [["lockstep"] * 2])
            except RefusedError as error:
                refused += 1
                longest = max(longest, len(str(error)))
    assert variants > 300
    assert refused > variants // 2
    assert longest < 600


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"format": NaN}',
        '{"format": 3, "format": 3}',
        '{"format": 1' + "0" * 5000 + "}",
        b"\xff\xfe",
        b"",
        b"\0" * 100,
        b'"' + b"a" * 2**25,
    ],
    ids=range(9),
)
def test_a_description_that_is_no_json_of_ours_is_refused_in_one_line(folder, text):
    path = folder / "experiment.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for act in (Results.load, computed):
        with pytest.raises(RefusedError, match=r"experiment\.json") as raised:
            act(folder)
        assert len(str(raised.value)) < 600


def described(folder, **values):
    """Rewrite the description with other values, and a hash that fits where there is one."""
    path = folder / "experiment.json"
    description = json.loads(path.read_text())
    steps = values.pop("steps", None)
    description["experiment"] |= values
    if steps is not None:
        description["experiment"]["tasks"][0]["steps"] = steps
    with suppress(ValueError):
        description["hash"] = Plan.from_json(description["experiment"]).hash
    path.write_text(json.dumps(description))


@pytest.mark.parametrize(
    "huge",
    [10**6 + 1, 10**12, 10**15, 10**18, 2**63, 2**64, 10**400],
    ids=lambda huge: f"{float(huge):.0e}" if huge < 10**300 else "huge",
)
@pytest.mark.parametrize("key", ["replicates", "block", "points", "steps", "seed"])
def test_huge_counts_in_a_crafted_folder_are_answered_at_once(folder, key, huge):
    described(folder, **{key: huge})
    tracemalloc.start()
    with within(2), pytest.raises((RefusedError, DamagedBlockError)) as raised:
        list(Results.load(folder).cells())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(str(raised.value)) < 600
    assert peak < 2**22


@pytest.mark.parametrize("count", [10**6, 10**15])
def test_as_many_blocks_as_there_may_be_are_counted_without_a_list(folder, count):
    described(folder, replicates=count, block=-(-count * 2 // 10**6))
    tracemalloc.start()
    with pytest.raises(RefusedError, match=r"is unfinished: 999996 of 1000000 blocks are missing"):
        Results.load(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**22
