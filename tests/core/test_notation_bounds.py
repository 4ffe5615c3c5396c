"""Texts of any length, depth and content are read or refused at once, and no error quotes more than 200 characters."""

import os

import numpy as np
import pytest

from boltzmann import Boltzmann, Greedy, Linear, Piecewise, checks
from boltzmann.experiments import Task, read_environment, read_toml
from boltzmann.notation import call_arguments, parse, with_plain_names
from scripts.support import read_agent
from tests.support.stopwatch import within

NAMES = {kind.__name__: kind for kind in (Boltzmann, Greedy, Linear, Piecewise)}
LONG = {
    "a name": "a" * 10_000,
    "a longer name": "a" * 30_000,
    "a qualified name": "a" * 9_990 + ":b",
    "dots": "a." * 4_999 + "b",
    "many qualified names": "x:y " * 2_500,
    "hexadecimal digits": "0x" + "f" * 9_000,
    "more hexadecimal digits": "0x" + "f" * 100_000,
    "digits": "1" * 9_000,
    "a number as an argument": f"Boltzmann(0x{'f' * 9_000})",
    "signs": "-" * 600 + "1",
    "signs of an argument": f"Greedy(a={'-' * 600}1)",
    "brackets": "(" * 5_000 + ")" * 5_000,
    "lists": "[" * 150 + "]" * 150,
    "calls": "Boltzmann(" * 900 + ")" * 900,
    "a sum": "1+" * 4_000 + "1",
    "quotes": "\\'" * 4_999,
    "an open string": "'" + "\\'" * 4_990,
    "placeholders": "qualified" + "_" * 9_900 + " a:b",
    "a keyword": f"Greedy({'a' * 9_000}=1)",
    "a string": f"Boltzmann('{'a' * 9_000}')",
    "a list of numbers": f"Boltzmann([{'1, ' * 3_000}])",
    "blanks": "Greedy" + " " * 9_900 + "x",
    "no UTF-8": "Boltzmann('\ud800')",
    "zeros": "Boltzmann(\0)",
}


def at_once(act, *arguments):
    """The message of the error that a call raises within a second."""
    with within(1), pytest.raises(ValueError, match=r"\w") as raised:
        act(*arguments)
    message = str(raised.value)
    assert len(message) < 800
    return message


def test_a_planted_quadratic_reader_takes_too_long():
    def repeated(text):
        return sum(one == other for one in text for other in text)

    with pytest.raises(AssertionError, match="took"), within(0.1):
        repeated(LONG["signs"] * 6)
    with within(0.1):
        repeated(LONG["signs"][:100])


@pytest.mark.parametrize("kind", LONG)
def test_long_and_deep_texts_are_refused_at_once(kind):
    at_once(parse, LONG[kind], NAMES)
    at_once(call_arguments, LONG[kind])
    at_once(call_arguments, f"value={LONG[kind]}")
    at_once(read_environment, f"{LONG[kind]}-v0")
    at_once(read_environment, f"FrozenLake-v1({LONG[kind]})")
    with within(1):
        with_plain_names(LONG[kind][:10_000])


def test_the_longest_text_is_read():
    blanks = " " * (10_000 - len("Boltzmann(0.5)"))
    assert parse(f"Boltzmann({blanks}0.5)", NAMES) == Boltzmann(0.5)
    assert "must have at most 10000 characters, got 10001" in at_once(parse, f"Boltzmann({blanks} 0.5)", NAMES)


def test_what_is_looked_up_is_never_printed(monkeypatch):
    monkeypatch.setenv("SECRET", "do not print this")
    for name in ("__dict__", "environ", "environb", "sep", "getcwd", "_Environ", "nothing", "name"):
        message = at_once(parse, f"os:{name}(1)", {})
        assert "must be a dataclass" in message or "cannot be imported" in message
        assert "do not print" not in message


def test_a_module_that_exits_or_fails_is_refused(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for number, line in enumerate(("raise SystemExit(0)", "raise OSError('x' * 10**6)", "1 / 0", "import nowhere")):
        (tmp_path / f"failing{number}.py").write_text(line)
        assert "cannot be imported" in at_once(parse, f"failing{number}:Name", {})


@pytest.mark.parametrize(
    "value",
    [
        "a" * 10**6,
        b"a" * 10**6,
        10**10_000,
        [10**10_000] * 1000,
        [[[[[[1]]]]]],
        tuple(range(10**6)),
        np.zeros((1000, 1000)),
        os.environ,
        {"key": "secret"},
        [{"key": "secret"}],
        {10**5000},
        type("Broken", (), {"__repr__": lambda self: 1 / 0})(),
        type("Long", (), {"__repr__": lambda self: "long" * 10**5})(),
    ],
    ids=range(13),
)
def test_any_value_is_shown_in_200_characters(value):
    assert len(checks.shown(value)) <= 200
    assert "secret" not in checks.shown(value)
    with pytest.raises((TypeError, ValueError)) as raised:
        checks.number_in("temperature", value, "[0, inf]")
    assert len(str(raised.value)) < 300


FILES = {
    "brackets": "a = " + "[" * 5_000,
    "tables": "a = " + "{b = " * 5_000,
    "a dotted key": ".".join("a" * 20_000) + " = 1",
    "a dotted table": "[" + ".".join("a" * 20_000) + "]",
    "many dotted tables": "".join(f"[{'a.' * 19}b{number}]\n" for number in range(20_000)),
    "quoted keys": " . ".join(['"a"'] * 20_000) + " = 1",
    "letters": "a" * 2**20,
    "quotes": '"' * 2**20,
    "dots": "." * 2**20,
    "a large file": "#" * 2**20 + "\n",
    "digits": "replicates = " + "9" * 5_000,
    "hexadecimal digits": "replicates = 0x" + "f" * 100_000,
    "a float": "replicates = 1e400",
    "no UTF-8": b"\xff",
    "an agent": f'replicates = 1\nseed = 0\n[[tasks]]\nenvironment = "A-v0"\nsteps = 1\nagents = ["{"a" * 50_000}"]',
    "an id": f'replicates = 1\nseed = 0\n[[tasks]]\nenvironment = "{"A" * 50_000}"\nsteps = 1\nagents = ["Greedy()"]',
    "a key": "a" * 100_000 + " = 1",
    "values": f"replicates = 1\nseed = 0\ntasks = {'[1, ' * 50 + ']' * 50}",
}


@pytest.mark.parametrize("kind", FILES)
def test_files_of_any_content_are_refused_at_once(tmp_path, kind):
    path = tmp_path / "experiment.toml"
    path.write_bytes(FILES[kind] if isinstance(FILES[kind], bytes) else FILES[kind].encode())
    with within(2), pytest.raises((ValueError, TypeError), match=r"experiment\.toml") as raised:
        read_toml(path, read_agent)
    assert len(str(raised.value)) < 800


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no endless file")
def test_an_endless_file_is_refused():
    with pytest.raises(ValueError, match="must have at most 1048576 bytes"):
        read_toml("/dev/zero", read_agent)


PIECES = (
    *"()[],=-+'\"\\:.{}*_ 0179",
    *("Boltzmann", "Linear", "Greedy", "inf", "None", "nan", "1e400", "0x", "1_0", "os:environ", "a.b:C", "\n", "\0"),
    *("temperature=", "lambda", "é", "\ud800", "\u202e", "# ", "f''", "b''", "...", "1j", "@", ";", "(1.0, 0.1, 100)"),
)


def test_random_texts_are_read_or_refused():
    rng = np.random.default_rng(0)
    outcomes = {"read": 0, "refused": 0}
    for _ in range(4_000):
        text = "".join(rng.choice(PIECES, size=rng.integers(1, 12)))
        for act in (lambda text: parse(text, NAMES), call_arguments, lambda text: Task(text, [], 1)):
            try:
                act(text)
                outcomes["read"] += 1
            except (ValueError, TypeError):
                outcomes["refused"] += 1
    assert outcomes["read"] > 10
    assert outcomes["refused"] > 10_000
