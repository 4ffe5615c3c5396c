"""The benchmark of off-policy answers runs, and what it hands to other libraries is what it evaluates."""

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.offpolicy import beside_peers
from benchmarks.offpolicy.beside_peers import make_data, our_estimates
from tests.support.paths import ROOT


def test_what_other_libraries_are_given_is_what_we_evaluate():
    theirs, ours = make_data(500, np.random.default_rng(1))
    found = our_estimates(ours)
    assert set(beside_peers.NAMES) < set(found)
    weights = theirs["target"][np.arange(500), theirs["actions"]] / theirs["pscore"]
    rewards = theirs["rewards"]
    assert found["ips"][0] == pytest.approx((weights * rewards).mean())
    assert found["snips"][0] == pytest.approx((weights * rewards).sum() / weights.sum())
    assert found["dm"][0] == pytest.approx((theirs["target"] * theirs["model"]).sum(axis=1).mean())


def test_libraries_that_are_not_installed_are_named(tmp_path):
    np.savez(tmp_path / "data.npz", **make_data(20, np.random.default_rng(1))[0])
    command = [sys.executable, str(ROOT / "benchmarks" / "offpolicy" / "peer_estimates.py"), str(tmp_path / "data.npz")]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    assert json.loads(run.stdout) == {}
    assert "Open Bandit Pipeline is not installed" in run.stderr
