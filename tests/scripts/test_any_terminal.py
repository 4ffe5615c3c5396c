"""Every command on terminals of any encoding, with names and paths of any kind: no traceback, no escape, no noise."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from boltzmann.experiments.pages import Table
from scripts.support.streams import GuardedStream, guarded_streams
from scripts.support.tables import print_table
from tests.support.every_command import MODULES, NAMES, arguments_of, main_of
from tests.support.paths import ROOT

HOSTILE = "ü☃😀\udcff\n\x1b[31mred\u202e"
# All commands write through the same guard; those that draw many figures take seconds.
DRAWING = {
    "anneal",
    "compare_schedules",
    "draw_temperature_choices",
    "temperature_limits",
    "train_dqn",
    "train_sb3",
    "tune",
}
POSIX = pytest.mark.skipif(os.name != "posix", reason="names of any bytes, which are POSIX")


def terminal(encoding):
    """A strict terminal: it fails at what its encoding lacks."""
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")


def shown_by(main, arguments, encoding):
    """Run a command on such a terminal; return its exit code and what it shows on stdout and stderr."""
    streams, code = (terminal(encoding), terminal(encoding)), 0
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        try:
            main(arguments)
        except SystemExit as stopped:
            code = stopped.code
    for stream in streams:
        stream.flush()
    return code, *(stream.buffer.getvalue().decode(encoding) for stream in streams)


def require_plain(text):
    assert not [letter for letter in text if not (letter.isprintable() or letter == "\n")], ascii(text)


@POSIX
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in DRAWING else name for name in NAMES]
)
def test_any_path_is_shown_on_any_terminal(name, compared, tmp_path):
    for module in MODULES.get(name, ()):
        pytest.importorskip(module)
    folder = tmp_path / HOSTILE
    folder.mkdir()
    code, out, err = shown_by(main_of(name), arguments_of(name, folder, compared.folder), "ascii")
    assert code == 0, err
    require_plain(out)
    require_plain(err)
    assert any(folder.iterdir())
    (shown, *_) = [line for line in out.splitlines() if r"\xfc\u2603\U0001f600" in line]
    assert r"\udcff\n\x1b[31mred\u202e" in shown


@POSIX
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_that_quotes_any_name_is_one_line_on_any_terminal(name, encoding, compared, tmp_path):
    file = tmp_path / HOSTILE
    file.write_bytes(b"")
    arguments = arguments_of(name, file / "below", file)
    code, out, err = shown_by(main_of(name), arguments, encoding)
    assert (code, out) == (2, ""), err
    (line,) = [line for line in err.splitlines() if ": note: " not in line]
    assert line.startswith(f"python -m scripts.{name}: error: ")
    require_plain(err)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("argument", ["--help", f"--{HOSTILE}"])
def test_help_and_unknown_options_are_shown_on_any_terminal(name, argument):
    code, out, err = shown_by(main_of(name), [argument], "ascii")
    assert code == (0 if argument == "--help" else 2)
    assert out or err


def test_signs_that_an_encoding_lacks_have_a_plain_form():
    stream = terminal("ascii")
    guard = GuardedStream(stream, "\n")
    guard.write("0.5 ± 0.1 → ∞\n\x1b[2J\r\0 ü \udcff")
    guard.flush()
    latin = GuardedStream(terminal("latin-1"), "\n")
    latin.write("± ∞")
    latin.flush()
    assert latin.buffer.getvalue() == "± inf".encode("latin-1")
    assert (
        stream.buffer.getvalue()
        == rb"""0.5 +/- 0.1 -> inf
\x1b[2J\r\x00 \xfc \udcff"""
    )


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_columns_are_aligned_in_any_encoding(encoding):
    table = Table("A", ("name", "value"), [("ü", "1 ± 0.5"), ("a", "12")])
    _, out, _ = shown_by(lambda arguments: print_table(table), [], encoding)
    assert len({len(line) for line in out.splitlines()[2:]}) == 1


def test_closed_streams_are_no_error(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with guarded_streams():
        print("nobody reads it")
        print("nor that", file=sys.stderr)


def subprocess_of(name, arguments, redirection="", **environment):
    """Run a command in a shell, with a redirection of its output."""
    command = [sys.executable, "-m", f"scripts.{name}", *map(os.fsencode, arguments)]
    script = f'"$@" {redirection}'
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}", "bash", *command],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


@POSIX
@pytest.mark.slow
def test_a_reader_that_goes_away_stops_nothing(tmp_path):
    # Unbuffered, the first line already meets the closed pipe.
    for unbuffered in ("", "1"):
        folder = tmp_path / f"r{unbuffered}"
        arguments = arguments_of("compare_schedules", folder, None)
        ended = subprocess_of("compare_schedules", arguments, "2>&1 | true", PYTHONUNBUFFERED=unbuffered)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
        assert (folder / "report.html").exists()


@POSIX
def test_a_full_disk_behind_stdout_is_one_line(tmp_path):
    arguments = arguments_of("draw_gibbs_limits", tmp_path, None)
    ended = subprocess_of("draw_gibbs_limits", arguments, "> /dev/full")
    assert ended.returncode == 2
    assert (
        ended.stderr
        == b"python -m scripts.draw_gibbs_limits: error: stdout cannot be written: No space left on device\n"
    )
    assert (tmp_path / "limits.svg").exists()


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("utf8", ["0", "1"])
def test_the_locale_c_shows_and_writes_any_path(name, utf8, compared, tmp_path):
    for module in MODULES.get(name, ()):
        pytest.importorskip(module)
    folder = tmp_path / HOSTILE
    folder.mkdir()
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": utf8, "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    ended = subprocess_of(name, arguments_of(name, folder, compared.folder), **plain)
    assert ended.returncode == 0, ended.stderr
    assert b"Traceback" not in ended.stderr
    assert any(folder.iterdir())
    assert b"\x1b" not in ended.stdout + ended.stderr
