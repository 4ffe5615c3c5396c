"""The same estimates here and in other libraries, and the processor time of both, in turn."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, get_args

import numpy as np

from boltzmann import Gibbs
from boltzmann.arrays import Floats
from boltzmann.offpolicy import EstimatorName, Log, evaluate

ARMS, CLIP, SHRINKAGE, TARGET, LOGGED = 10, 2.0, 5.0, 0.2, 0.5
NAMES: tuple[EstimatorName, ...] = get_args(EstimatorName)
_PEERS = Path(__file__).with_name("peer_estimates.py")


def make_data(rows: int, rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a log and a model as other libraries take them, and as :class:`Log` does."""
    values = rng.normal(size=(rows, ARMS))
    logged, target = Gibbs(values, LOGGED), Gibbs(values, TARGET)
    actions = logged.sample(rng)
    log_prob, rewards = np.asarray(logged.log_prob(actions)), values[np.arange(rows), actions] + rng.normal(size=rows)
    model = values + 0.3 * rng.normal(size=values.shape)
    theirs = {
        "actions": actions,
        "rewards": rewards,
        "pscore": np.exp(log_prob),
        "target": np.asarray(target.probs),
        "model": model,
        "clip": CLIP,
        "shrinkage": SHRINKAGE,
    }
    ours = {
        "log": {
            "actions": actions,
            "log_prob": log_prob,
            "rewards": rewards,
            "log_probs": np.asarray(logged.log_probs),
        },
        "target": np.asarray(target.log_probs),
        "model": model,
    }
    return theirs, ours


def our_estimates(data: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Return our estimates with their intervals and left-over masses, by the processor seconds of each."""
    start = time.process_time()
    log = Log(**data["log"])
    results = {"reading and checking the log": (math.nan, time.process_time() - start)}
    for name in NAMES:
        clip = {"switch": CLIP, "dros": SHRINKAGE}.get(name)
        rewards: Floats | None = None if name in ("ips", "snips") else data["model"]
        start = time.process_time()
        value = evaluate(log, data["target"], estimator=name, clip=clip, rewards=rewards).value
        results[name] = value, time.process_time() - start
    results["snips with interval"] = results["snips"]
    return results


def compare(python: str, rows: int, rounds: int = 3) -> list[str]:
    """Return a table as lines of Markdown: estimates, their differences, and ratios of processor time."""
    theirs, ours = make_data(rows, np.random.default_rng(0))
    times: dict[tuple[str, str], list[float]] = {}
    values: dict[tuple[str, str], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.npz"
        np.savez(path, **theirs)
        for _ in range(rounds):
            command = [python, str(_PEERS), str(path)]
            found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])
            for library, results in {"ours": our_estimates(ours), **found}.items():
                for name, (value, seconds) in results.items():
                    values[library, name] = value
                    times.setdefault((library, name), []).append(seconds)
    lines = [
        f"{rows} rows, {ARMS} actions; median processor seconds of {rounds} rounds in turn.",
        "",
        "| library | estimate | difference | theirs, s | ours, s | ours / theirs |",
        "|---|---|---|---|---|---|",
    ]
    for (library, name), seconds in times.items():
        if library == "ours":
            continue
        mine, other = statistics.median(times["ours", name]), statistics.median(seconds)
        # A bootstrap's mean differs by chance.
        apart = "-" if " " in name else f"{abs(values[library, name] - values['ours', name]):.1e}"
        lines.append(f"| {library} | {name} | {apart} | {other:.3f} | {mine:.3f} | {mine / other:.2f} |")
    reading = statistics.median(times["ours", "reading and checking the log"])
    return [*lines, "", f"Reading and checking the log once takes {reading:.3f} s more."]
