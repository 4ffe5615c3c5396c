"""The statistics of a comparison: from one number for each replicate to an answer.

- ``cells``: the cells of each task, and the labels of agents; ``cell_values``: their final and cumulative values
- ``intervals``: Student's t and the bootstrap; ``bounded``: within bounds; ``centres``: mean,
  median and interquartile mean
- ``comparing``: paired differences, the probability of improvement, Holm's correction
- ``performance``: performance profiles, and how many replicates are needed
- ``conclusions``: what a leaderboard says in a sentence, and its numbers as text
- ``judging``: the leaderboard with its ties, computed once for terminal, figures and page
- ``suites``: one number for all tasks
- ``average_tables``: all averages as one table; ``families``: agents that differ in one number
"""

from boltzmann.experiments.statistics.average_tables import averages
from boltzmann.experiments.statistics.bounded import bounded_mean, of_differences
from boltzmann.experiments.statistics.cell_values import (
    better_first,
    bounds_of,
    cumulative,
    curve,
    final,
    find_metric,
    has_metric,
    last_tenth,
    throughout,
    usual_metric,
)
from boltzmann.experiments.statistics.cells import (
    Cells,
    cells_by_learner,
    cells_by_task,
    find_agent,
    labels_of,
    learner_of,
    policy_of,
    short_labels,
)
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
    holm_of_pairs,
    paired_difference,
    pairwise_p_values,
    probability_of_improvement,
)
from boltzmann.experiments.statistics.conclusions import (
    answers,
    best_in_total,
    decimals,
    difference_text,
    final_text,
    task_evidence,
    total_text,
    with_ends,
    with_half_width,
    with_interval,
    with_margin,
)
from boltzmann.experiments.statistics.families import hole_of, members, usual_family
from boltzmann.experiments.statistics.intervals import FEW, Estimate, FewReplicatesWarning, bootstrap, interval
from boltzmann.experiments.statistics.judging import Judgement, TaskJudgement, leaderboard
from boltzmann.experiments.statistics.performance import performance_profile, replicates_needed
from boltzmann.experiments.statistics.suites import AGGREGATES, stratified_bootstrap, suite

__all__ = [
    "AGGREGATES",
    "FEW",
    "Cells",
    "Estimate",
    "FewReplicatesWarning",
    "Judgement",
    "PairedDifference",
    "TaskJudgement",
    "answers",
    "averages",
    "best_in_total",
    "better_first",
    "bootstrap",
    "bounded_mean",
    "bounds_of",
    "cells_by_learner",
    "cells_by_task",
    "cumulative",
    "curve",
    "decimals",
    "difference_text",
    "estimate_interquartile_mean",
    "estimate_mean",
    "estimate_median",
    "estimate_probability_of_improvement",
    "final",
    "final_text",
    "find_agent",
    "find_metric",
    "has_metric",
    "hole_of",
    "holm",
    "holm_of_pairs",
    "interquartile_mean",
    "interval",
    "labels_of",
    "last_tenth",
    "leaderboard",
    "learner_of",
    "members",
    "of_differences",
    "paired_difference",
    "pairwise_p_values",
    "performance_profile",
    "policy_of",
    "probability_of_improvement",
    "replicates_needed",
    "short_labels",
    "stratified_bootstrap",
    "suite",
    "task_evidence",
    "throughout",
    "total_text",
    "usual_family",
    "usual_metric",
    "with_ends",
    "with_half_width",
    "with_interval",
    "with_margin",
]
