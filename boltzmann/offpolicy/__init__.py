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
- ``shown``: a figure and a page, loaded on first use

Everything is about one step: the same values at another temperature. An agent that learns would have learnt other
values.
"""

from typing import TYPE_CHECKING, Any

from boltzmann.offpolicy.candidates import Candidate, TemperatureChoice
from boltzmann.offpolicy.choosing import pick_temperature
from boltzmann.offpolicy.estimate import Estimate
from boltzmann.offpolicy.evaluating import EstimatorName, evaluate
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

if TYPE_CHECKING:
    from boltzmann.offpolicy.shown import SHOWS, choice_table, draw_choice, write_choice

_SHOWN = frozenset({"SHOWS", "choice_table", "draw_choice", "write_choice"})

__all__ = [
    "SHOWS",
    "Candidate",
    "Estimate",
    "EstimatorName",
    "Log",
    "TemperatureChoice",
    "betting",
    "choice_table",
    "draw_choice",
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
    "write_choice",
    "write_log_parquet",
]


def __getattr__(name: str) -> Any:
    """Load what draws only when it is asked for."""
    if name not in _SHOWN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from boltzmann.offpolicy import shown

    return getattr(shown, name)
