"""Estimates by other libraries, run in an environment of theirs: ``python peer_estimates.py DATA.npz``.

Prints JSON: for each library its estimates and the processor seconds that they took. Imports nothing of this project.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a function returns, and its processor seconds."""
    start = time.process_time()
    result = function()
    return result, time.process_time() - start


def open_bandit_pipeline(data: Any) -> dict[str, tuple[float, float]]:
    """Return the seven estimates of Open Bandit Pipeline, and SNIPS with its bootstrap interval of 100 resamples."""
    from obp import ope

    logged = {
        "reward": data["rewards"],
        "action": data["actions"],
        "pscore": data["pscore"],
        "action_dist": data["target"][:, :, np.newaxis],
        "position": np.zeros(len(data["actions"]), dtype=int),
    }
    modelled = {**logged, "estimated_rewards_by_reg_model": data["model"][:, :, np.newaxis]}
    without_model = ("ips", "snips")
    estimators = {
        "ips": ope.InverseProbabilityWeighting(),
        "snips": ope.SelfNormalizedInverseProbabilityWeighting(),
        "dm": ope.DirectMethod(),
        "dr": ope.DoublyRobust(),
        "sndr": ope.SelfNormalizedDoublyRobust(),
        "switch": ope.SwitchDoublyRobust(lambda_=float(data["clip"])),
        "dros": ope.DoublyRobustWithShrinkage(lambda_=float(data["shrinkage"])),
    }
    results = {}
    for name, estimator in estimators.items():
        columns = logged if name in without_model else modelled
        results[name] = timed(lambda: float(estimator.estimate_policy_value(**columns)))  # noqa: B023
    interval = estimators["snips"].estimate_interval
    results["snips with interval"] = timed(
        lambda: float(interval(**logged, n_bootstrap_samples=100, random_state=0)["mean"])
    )
    return results


def vw_estimators(data: Any) -> dict[str, tuple[float, float]]:
    """Return IPS and SNIPS of vw-estimators, which adds one row after the other."""
    from estimators.bandits import ips, snips

    rows = np.arange(len(data["actions"]))
    columns = [data[name].tolist() for name in ("pscore", "rewards")]
    after = data["target"][rows, data["actions"]].tolist()

    def run(kind: Any) -> float:
        estimator = kind.Estimator()
        for before, reward, now in zip(*columns, after, strict=True):
            estimator.add_example(before, reward, now)
        return float(estimator.get())

    return {name: timed(lambda: run(kind)) for name, kind in (("ips", ips), ("snips", snips))}  # noqa: B023


def main() -> None:
    """Read the data and print the estimates of every library that is installed."""
    data = dict(np.load(sys.argv[1]))
    found = {}
    for name, run in (("Open Bandit Pipeline", open_bandit_pipeline), ("vw-estimators", vw_estimators)):
        try:
            found[name] = run(data)
        except ImportError as error:
            print(f"{name} is not installed: {error}", file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
