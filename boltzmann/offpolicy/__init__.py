"""What another temperature would have earned, from the log of a policy: logged propensities and honest answers.

- ``log``: actions, propensities, rewards and distributions, checked row by row (``log_checks``),
  in parts that fit a cache (``log_rows``); ``from_decisions``: what an agent's decisions tell
- ``weighing``: weights, and the left-over mass: how much of the other policy the log does not cover
- ``reward_model``: predictions of the rewards from the other rows
- ``estimators``: IPS, SNIPS, DR, SNDR, SWITCH, DRos and the direct method
- ``finite_sample``: Hoeffding's, empirical Bernstein, betting and drifting intervals
- ``evaluating``: an ``estimate`` with its interval
- ``choosing``: the temperature that a log recommends; ``candidates``: its table
- ``exchange``: Parquet, Vowpal Wabbit's text, and the decisions of a run
- ``shown``: a figure and a page, which other parts do not load

Everything is about one step: the same values at another temperature. An agent that learns would have learnt other
values.
"""

from boltzmann.offpolicy.candidates import Candidate, TemperatureChoice
from boltzmann.offpolicy.choosing import pick_temperature
from boltzmann.offpolicy.estimate import Estimate
from boltzmann.offpolicy.evaluating import evaluate
from boltzmann.offpolicy.exchange import (
    log_of_arrays,
    read_cb,
    read_log_parquet,
    read_run,
    write_cb,
    write_log_parquet,
)
from boltzmann.offpolicy.finite_sample import betting, drifting, empirical_bernstein, hoeffding
from boltzmann.offpolicy.log import Log
from boltzmann.offpolicy.weighing import left_over_mass

__all__ = [
    "Candidate",
    "Estimate",
    "Log",
    "TemperatureChoice",
    "betting",
    "drifting",
    "empirical_bernstein",
    "evaluate",
    "hoeffding",
    "left_over_mass",
    "log_of_arrays",
    "pick_temperature",
    "read_cb",
    "read_log_parquet",
    "read_run",
    "write_cb",
    "write_log_parquet",
]
