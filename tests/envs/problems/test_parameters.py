"""Bad parameters of problems and tables are named."""

import numpy as np
import pytest

import envs
from envs import Table


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (envs.river_swim, {"states": 2}, "states must be a whole number of at least 3, got 2"),
        (envs.river_swim, {"large": np.inf}, r"large must be in \(-inf, inf\)"),
        (envs.chain, {"slip": 1.5}, r"slip must be in \[0, 1\], got 1.5"),
        (envs.chain, {"slip": -0.1}, r"slip must be in \[0, 1\], got -0.1"),
        (envs.chain, {"states": 1}, "states must be a whole number of at least 2"),
        (envs.loop, {"length": 1}, "length must be a whole number of at least 2"),
        (envs.loop, {"small": "a"}, r"small must be in \(-inf, inf\)"),
        (envs.double_chain, {"nearer": np.nan}, r"nearer must be in \(-inf, inf\)"),
        (envs.deep_sea, {"size": 1}, "size must be a whole number of at least 2"),
        (envs.deep_sea, {"mapping_seed": -1}, "mapping_seed must be a whole number of at least 0"),
        (envs.deep_sea_stochastic, {"move_cost": np.inf}, r"move_cost must be in \(-inf, inf\)"),
        (envs.two_state, {"staying": (0.5, 2)}, r"staying\[1\] must be in \[0, 1\], got 2"),
        (envs.two_state, {"rewards": (0.5, np.nan)}, r"rewards\[1\] must be in \(-inf, inf\)"),
        (envs.two_state, {"rewards": (0.5,)}, "rewards must be two numbers"),
        (envs.random_mdp, {"seed": -1}, "seed must be a whole number of at least 0"),
        (envs.garnet, {"branching": 31}, "branching must be at most states=30, got 31"),
        (envs.garnet, {"branching": 0}, "branching must be a whole number of at least 1"),
        (envs.garnet, {"noise": -1}, r"noise must be in \[0, inf\)"),
        (envs.job_shop, {"jobs": 0}, "jobs must be a whole number of at least 1, got 0"),
        (envs.job_shop, {"jobs": 6, "machines": 6, "longest": 9}, r"x actions must be at most 2\^24 entries"),
        (envs.job_shop, {"operations": [[(0, 0)]]}, r"operations\[0\] duration must be .* at least 1, got 0"),
        (envs.job_shop, {"operations": [[(-1, 2)]]}, r"operations\[0\] machine must be .* at least 0, got -1"),
        (envs.job_shop, {"operations": [[(0, 2)], []]}, r"at least one pair \(machine, duration\), got \[\] for job 1"),
        (
            envs.job_shop,
            {"operations": [[(0, 2, 1)]]},
            r"\(machine, duration\), got \[\(0, 2, 1\)\] for job 0",
        ),
        (envs.job_shop, {"operations": 3}, r"at least one pair \(machine, duration\), got 3"),
        (envs.grid_world, {"layout": ["S.", "G"]}, r"layout must be rows of 2 .* got 'G' in row 1"),
        (envs.grid_world, {"layout": ["SxG"]}, "got 'SxG' in row 0"),
        (envs.grid_world, {"layout": ["S.."]}, "layout must have exactly one G, got 0"),
        (envs.grid_world, {"layout": ["SSG"]}, "layout must have exactly one S, got 2"),
        (envs.grid_world, {"layout": []}, "layout must have cells"),
        (envs.grid_world, {"layout": [["S", "G"]]}, "layout must be a list of rows, each a str"),
        (envs.grid_world, {"layout": 5}, "layout must be a list of rows, each a str, got 5"),
        (envs.grid_world, {"goal_reward": None}, r"goal_reward must be in \(-inf, inf\)"),
    ],
)
def test_bad_parameters_are_named(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


def test_a_table_checks_its_noise():
    good = envs.chain()
    parts = {name: getattr(good, name) for name in ("probs", "next_states", "rewards", "terminated", "initial")}
    Table(**parts, noise=np.ones((5, 2)))
    with pytest.raises(ValueError, match=r"noise must have shape \(5, 2\), got \(5,\)"):
        Table(**parts, noise=np.ones(5))
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=rf"noise must be in \[0, inf\), got {bad} at \(0, 0\)"):
            Table(**parts, noise=np.full((5, 2), bad))
