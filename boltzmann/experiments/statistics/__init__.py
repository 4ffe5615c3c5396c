"""The statistics of a comparison: from one number a replicate to an answer that one can trust.

- ``metrics``: what is judged, one number a replicate; ``labels``: the names that agents have in tables and figures
- ``intervals``: Student's t and the bootstrap; ``averages``: mean, median and interquartile mean
- ``comparing``: paired differences, the probability of improvement, Holm's correction
- ``profiles``: performance profiles, and how many replicates are needed
- ``ranking``: the leaderboard with its ties; ``answers``: what it says in a sentence
"""

from boltzmann.experiments.statistics.average_tables import averages
from boltzmann.experiments.statistics.cells import cells_by_task, short_labels
from boltzmann.experiments.statistics.centres import (
    estimate_interquartile_mean,
    estimate_mean,
    estimate_median,
    interquartile_mean,
)
from boltzmann.experiments.statistics.comparing import (
    PairedDifference,
    estimate_probability_of_improvement,
    holm,
    paired_difference,
    probability_of_improvement,
)
from boltzmann.experiments.statistics.conclusions import answers, decimals
from boltzmann.experiments.statistics.families import hole_of, members, usual_family
from boltzmann.experiments.statistics.intervals import FEW, Estimate, FewReplicatesWarning, bootstrap, interval
from boltzmann.experiments.statistics.metrics import (
    CURVE_NAMES,
    METRIC_NAMES,
    CurveMetric,
    Metric,
    better_first,
    cumulative,
    curve,
    final,
    has_metric,
    is_judged,
    tasks_showing,
    tasks_with,
    usual_metric,
)
from boltzmann.experiments.statistics.performance import performance_profile, replicates_needed
from boltzmann.experiments.statistics.ranking import find_agent, holm_of_pairs, leaderboard, pairwise_p_values

__all__ = [
    "CURVE_NAMES",
    "FEW",
    "METRIC_NAMES",
    "CurveMetric",
    "Estimate",
    "FewReplicatesWarning",
    "Metric",
    "PairedDifference",
    "answers",
    "averages",
    "better_first",
    "bootstrap",
    "cells_by_task",
    "cumulative",
    "curve",
    "decimals",
    "estimate_interquartile_mean",
    "estimate_mean",
    "estimate_median",
    "estimate_probability_of_improvement",
    "final",
    "find_agent",
    "has_metric",
    "hole_of",
    "holm",
    "holm_of_pairs",
    "interquartile_mean",
    "interval",
    "is_judged",
    "leaderboard",
    "members",
    "paired_difference",
    "pairwise_p_values",
    "performance_profile",
    "probability_of_improvement",
    "replicates_needed",
    "short_labels",
    "tasks_showing",
    "tasks_with",
    "usual_family",
    "usual_metric",
]
