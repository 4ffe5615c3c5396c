"""What was measured, as a table and as JSON, with the machine and the versions that it was measured on."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.engines.measuring import Row

HEADER = (
    f"{'work':<13} {'T':<9} {'replicates':>10} {'engine':<24} {'steps':>8} {'M steps/s':>10}  "
    f"{'ratio (quartiles)':<30} {'to':<14} {'M steps/s':>10}  {'target':<13} {'1st call':>8}"
)

LAW_HEADER = (
    f"{'policy, learner or world':<38} {'engine':<9} {'steps':>7} {'M steps/s':>10}  "
    f"{'of Boltzmann (quartiles)':<25} {'target':<14} {'1st call':>8}"
)


def law_line(row: Row) -> str:
    """Write the row of a policy, learner or world; a long name is cut."""
    assert row.ratio is not None
    name = row.work if len(row.work) <= 38 else row.work[:35] + "..."
    low, middle, high = row.ratio
    ratio = f"{middle:.3g} ({low:.3g}-{high:.3g})"
    rate = f"{row.engine:<9} {row.steps:>7} {row.rate / 1e6:>10.4g}"
    return f"{name:<38} {rate}  {ratio:<25} {_judged(row):<14} {row.first_call:>7.2f}s"


def _judged(row: Row) -> str:
    if row.target is None or row.ratio is None:
        return ""
    return f">= {row.target:g} {'hit' if row.ratio[1] >= row.target else 'MISSED'}"


def line(row: Row) -> str:
    """Write one row."""
    cell = f"{row.work:<13} {row.temperature:<9} {row.replicates:>10} {row.engine:<24}"
    if row.failure or row.ratio is None:
        return f"{cell} not measured: {row.failure}"
    low, middle, high = row.ratio
    ratio = f"{middle:.3g} ({low:.3g}-{high:.3g})"
    beside = f"{row.reference:<14} {row.reference_rate / 1e6:>10.4g}"
    rate = f"{row.steps:>8} {row.rate / 1e6:>10.4g}"
    return f"{cell} {rate}  {ratio:<30} {beside}  {_judged(row):<13} {row.first_call:>7.2f}s"


def describe_machine(compiler: str | None) -> dict[str, Any]:
    """Return the machine, its load, the versions and the date."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "compiler": compiler,
        **{name: _version(name) for name in ("numpy", "gymnasium", "joblib", "numba")},
    }


def store(folder: Path, results: dict[str, Any], text: str) -> tuple[Path, Path]:
    """Write ``engines.json`` and ``engines.txt`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "engines.json", folder / "engines.txt"
    files[0].write_text(json.dumps(results, indent=1, allow_nan=False) + "\n")
    files[1].write_text(text)
    return files


def describe_lines(machine: dict[str, Any]) -> Iterable[str]:
    """Return the lines that describe the machine, one for each property."""
    return (f"{name:>10}: {value}" for name, value in machine.items() if value is not None)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for text in information.read_text().splitlines():
            if text.startswith("model name"):
                return text.partition(":")[2].strip()
    return platform.processor() or "unknown"
