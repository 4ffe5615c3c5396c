"""Commands run in this process: a small comparison, and what a refusal prints."""

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts import compare_schedules

SMALL = ["--replicates", "4", "--steps", "30", "40", "--block", "2", "--jobs", "1"]
ONE_CELL = ["--env", "FrozenLake-v1", "--policies", "Greedy()", "--replicates", "4", "--steps", "30", "--jobs", "1"]


@dataclass(frozen=True)
class Comparison:
    """A folder of results and the output of the command."""

    folder: Path
    out: str
    err: str


def compare(folder, options=SMALL):
    """Run the comparison of the default tasks into the default results folder."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        compare_schedules.main(options)
    (results,) = (folder / "results").iterdir()
    return Comparison(results, out.getvalue(), err.getvalue())


def refused(main, arguments, capsys, tmp_path):
    """Check a refusal: one line on stderr, exit code 2, nothing written."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    out, err = capsys.readouterr()
    assert stopped.value.code == 2
    assert not out
    refusals = [line for line in err.splitlines() if ": note: " not in line]
    assert len(refusals) == 1, err
    assert "Traceback" not in err
    assert sorted(tmp_path.rglob("*")) == before
    return err
