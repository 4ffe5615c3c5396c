"""TODO face."""

from boltzmann.experiments.studies.annealing import Annealing, StepMetric, run_annealing
from boltzmann.experiments.studies.annealing_tables import annealing_answer, gain_tables
from boltzmann.experiments.studies.gains import draw_gains
from boltzmann.experiments.studies.limits import draw_limits
from boltzmann.experiments.studies.problem import Problem
from boltzmann.experiments.studies.slopes import fit_low_temperatures
from boltzmann.experiments.studies.sweep import (
    ENDS,
    EndCheck,
    best_temperatures,
    check_ends,
    gap_or_usual,
    sweep_temperatures,
)
from boltzmann.experiments.studies.sweep_tables import best_table, ends_table, slope_tables, sweep_answer
from boltzmann.experiments.studies.tuning import Tuning, candidates, run_tuning
from boltzmann.experiments.studies.tuning_tables import judgement_table, recommendation, rounds_table

__all__ = [
    "ENDS",
    "Annealing",
    "EndCheck",
    "Problem",
    "StepMetric",
    "Tuning",
    "annealing_answer",
    "best_table",
    "best_temperatures",
    "candidates",
    "check_ends",
    "draw_gains",
    "draw_limits",
    "ends_table",
    "fit_low_temperatures",
    "gain_tables",
    "gap_or_usual",
    "judgement_table",
    "recommendation",
    "rounds_table",
    "run_annealing",
    "run_tuning",
    "slope_tables",
    "sweep_answer",
    "sweep_temperatures",
]
