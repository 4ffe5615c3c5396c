"""Build the site: ``python -m docs.site`` writes ``build/site/index.html``; every warning is an error."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from sphinx.cmd.build import main as build

from docs.site.checking import faults_of
from docs.site.drawing import DRAWN, OF_THE_RUN, draw_all
from docs.site.reference import ROOT
from docs.site.staging import stage


def main() -> int:
    """Stage the pages, draw the figures, and let Sphinx make the HTML; return its exit code."""
    parser = argparse.ArgumentParser(prog="docs.site", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "site", help="the folder of the site")
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build" / "site-work", help="a folder for what comes before"
    )
    options = parser.parse_args()
    started = time.perf_counter()
    sources = options.work / "sources"
    stage(sources, (*DRAWN, *OF_THE_RUN))
    print("drawing the figures", flush=True)
    draw_all(sources / "drawn", options.output / "comparison.html", options.work / "demo")
    print(f"drawn after {time.perf_counter() - started:.0f} s", flush=True)
    settings = str(Path(__file__).parent)
    arguments = ["-W", "--keep-going", "-q", "-b", "html", "-c", settings, "-d", str(options.work / "doctrees")]
    code = build([*arguments, str(sources), str(options.output)])
    faults = list(faults_of(options.output))
    print(*faults, sep="\n", end="\n" if faults else "")
    is_right = code == 0 and not faults
    seconds = f"{time.perf_counter() - started:.0f} s"
    print(f"{options.output / 'index.html'}: {'written' if is_right else 'NOT right'}, after {seconds}")
    return code or int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
