"""Questions that take several runs to answer.

- ``problem``: an environment and a learner on which policies are tried
- ``schedule_families``: the schedules of each family between two temperatures
- ``sweep``: which constant temperature is best, and whether both ends of T are right; ``slopes``: how fast the limits
  are reached; ``sweep_tables`` and ``limits``: its tables and figure
- ``annealing``: whether annealing is better than a constant; ``annealing_tables`` and ``gains``: its tables and figure
- ``tuning``: a search over schedules; ``tuning_tables``: its tables
- ``study_charts``: what the pages of studies draw; the files of tables make their sections of it
"""

from boltzmann.experiments.studies.annealing import Annealing, run_annealing
from boltzmann.experiments.studies.annealing_tables import annealing_answer, gain_cards, gain_sections, gain_tables
from boltzmann.experiments.studies.gains import draw_gains
from boltzmann.experiments.studies.limits import draw_limits
from boltzmann.experiments.studies.problem import Problem
from boltzmann.experiments.studies.schedule_families import FAMILIES
from boltzmann.experiments.studies.slopes import fit_low_temperatures
from boltzmann.experiments.studies.study_charts import constants_charts
from boltzmann.experiments.studies.sweep import (
    ENDS,
    EndCheck,
    best_temperatures,
    check_ends,
    gap_or_usual,
    sweep_temperatures,
)
from boltzmann.experiments.studies.sweep_tables import (
    best_table,
    ends_table,
    slope_tables,
    sweep_answer,
    sweep_cards,
    sweep_sections,
)
from boltzmann.experiments.studies.tuning import Tuning, candidates, run_tuning
from boltzmann.experiments.studies.tuning_tables import (
    judgement_table,
    recommendation,
    recommendation_card,
    rounds_table,
)

__all__ = [
    "ENDS",
    "FAMILIES",
    "Annealing",
    "EndCheck",
    "Problem",
    "Tuning",
    "annealing_answer",
    "best_table",
    "best_temperatures",
    "candidates",
    "check_ends",
    "constants_charts",
    "draw_gains",
    "draw_limits",
    "ends_table",
    "fit_low_temperatures",
    "gain_cards",
    "gain_sections",
    "gain_tables",
    "gap_or_usual",
    "judgement_table",
    "recommendation",
    "recommendation_card",
    "rounds_table",
    "run_annealing",
    "run_tuning",
    "slope_tables",
    "sweep_answer",
    "sweep_cards",
    "sweep_sections",
    "sweep_temperatures",
]
