"""Scores: how much of the gain of the tuned schedule over uniform a policy has, without tuning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.untuned.tasks import BY_NAME, GROUPS, TASKS, SuiteTask
from benchmarks.untuned.tuning import PARTS, Floats, losses, play, references
from boltzmann import EpsilonGreedy, Linear, Policy, Uniform
from boltzmann.experiments.statistics import interval
from boltzmann.notation import write

CLIP = -0.5, 1.2
SIGNIFICANT, LEAST = 4.0, 0.05
"""A task counts where the tuned schedule differs from uniform by so many standard errors, and by so much of uniform."""
RESAMPLES = 1000


def defaults(steps: int) -> dict[str, Policy]:
    """Return the popular settings of epsilon-greedy, by name."""
    return {
        "epsilon 0.1": EpsilonGreedy(0.1),
        "epsilon 1 to 0.05 in 10 %": EpsilonGreedy(Linear(1.0, 0.05, max(1, steps // 10))),
        "epsilon 1 to 0.05 in 50 %": EpsilonGreedy(Linear(1.0, 0.05, max(1, steps // 2))),
    }


@dataclass(frozen=True)
class Measured:
    """What all entrants lost on a task: arrays (R,) by entrant and part; replicate r met the same randomness in all."""

    task: SuiteTask
    lost: Mapping[str, Mapping[str, Floats]]

    def ratio(self, entrant: str, part: str, chosen: Floats | None = None) -> float:
        """Return (uniform - entrant) / (uniform - tuned), of the means over the chosen replicates, clipped."""
        take = slice(None) if chosen is None else chosen
        means = [float(np.mean(self.lost[name][part][take])) for name in ("uniform", entrant, _tuned(part))]
        uniform, own, tuned = means
        return float(np.clip((uniform - own) / (uniform - tuned), *CLIP)) if np.isfinite(own) else CLIP[0]

    def counts(self, part: str) -> bool:
        """Return whether the tuned schedule is better than uniform by enough to divide by."""
        uniform, tuned = self.lost["uniform"][part], self.lost[_tuned(part)][part]
        gain, error = uniform - tuned, float(np.std(uniform - tuned, ddof=1)) / len(uniform) ** 0.5
        return bool(gain.mean() > max(SIGNIFICANT * error, LEAST * abs(float(uniform.mean()))))


@dataclass(frozen=True)
class Score:
    """The ratios of one entrant for one part of the steps.

    Attributes
    ----------
    ratios : mapping
        By the name of each task that counts.
    low, high : float
        The 95 % interval of the mean ratio, by the bootstrap over replicates and tasks.
    """

    entrant: str
    part: str
    ratios: Mapping[str, float]
    low: float
    high: float

    @property
    def mean(self) -> float:
        """The mean ratio over the tasks that count."""
        return float(np.mean(list(self.ratios.values())))

    @property
    def worst(self) -> str:
        """The name of the task with the smallest ratio."""
        return min(self.ratios, key=lambda name: self.ratios[name])

    @property
    def share(self) -> float:
        """The share of tasks with at least 0.95 of the tuned schedule's gain."""
        return float(np.mean([ratio >= 0.95 for ratio in self.ratios.values()]))

    def groups(self) -> dict[str, float]:
        """Return the mean ratio of each group that has tasks that count."""
        of = {name: task.group for name, task in BY_NAME.items()}
        means = {group: [ratio for name, ratio in self.ratios.items() if of[name] == group] for group in GROUPS}
        return {group: float(np.mean(ratios)) for group, ratios in means.items() if ratios}


@dataclass(frozen=True)
class Suite:
    """The measurements of all tasks, and their scores."""

    measured: tuple[Measured, ...]
    entrants: tuple[str, ...]

    @cached_property
    def scores(self) -> dict[tuple[str, str], Score]:
        """The score of each entrant and part."""
        return {(entrant, part): self._score(entrant, part) for entrant in self.entrants for part in PARTS}

    def _score(self, entrant: str, part: str) -> Score:
        counted = [each for each in self.measured if each.counts(part)]
        rng = np.random.default_rng(0)
        drawn = []
        for _ in range(RESAMPLES):
            tasks = [counted[index] for index in rng.integers(len(counted), size=len(counted))]
            ratios = []
            for each in tasks:
                count = len(each.lost["uniform"][part])
                ratios.append(each.ratio(entrant, part, rng.integers(count, size=count)))
            drawn.append(np.mean(ratios))
        low, high = np.quantile(drawn, [0.025, 0.975])
        ratios_by_name = {each.task.name: each.ratio(entrant, part) for each in counted}
        return Score(entrant, part, ratios_by_name, float(low), float(high))

    def wins_and_losses(self, entrant: str, other: str) -> tuple[list[str], list[str]]:
        """Return where the entrant is significantly better, and worse, than another one, in paired t tests.

        The level is 5 % for all tasks, parts and popular defaults together, by Bonferroni's correction.
        """
        tests = len(self.measured) * len(PARTS) * len(defaults(1))
        better, worse = [], []
        for each in self.measured:
            for part in PARTS:
                difference = each.lost[entrant][part] - each.lost[other][part]
                if not np.isfinite(difference).all():
                    continue
                mean, half = (float(number) for number in interval(difference, confidence=1 - 0.05 / tests))
                place = f"{each.task.name} ({part})"
                better += [place] if mean + half < 0 else []
                worse += [place] if mean - half > 0 else []
        return better, worse


def measure(
    policies: Sequence[Policy],
    folder: Path,
    *,
    replicates: int,
    seed: int,
    jobs: int,
    tasks: Iterable[SuiteTask] = TASKS,
    control: str = "",
    on_task: Callable[[SuiteTask], None] = lambda task: None,
) -> Suite:
    """Play all tasks with the policies, uniform, the tuned schedules and the popular defaults.

    On tables the policies have the learner ``control``, such as "FrontierQ(_)", if it is given, and all others
    Q-learning. Each task has a folder of its own; what it holds is read instead of played.
    """
    names = [task.name for task in tasks]
    needed = [
        task
        for task in BY_NAME.values()
        if task.name in names or task.name in {BY_NAME[name].tuned_as for name in names}
    ]
    measured: dict[str, Measured] = {}
    entrants = {write(policy): policy for policy in policies}
    # The task that another one is compared with stands before it.
    for task in needed:
        on_task(task)
        others = {"uniform": Uniform(), **{_tuned(part): policy for part, policy in references(task).items()}}
        agents = {name: task.agent(policy) for name, policy in {**others, **defaults(task.steps)}.items()}
        agents |= {entrant: task.agent(policy, control) for entrant, policy in entrants.items()}
        # An agent is played once, also where two entrants are equal.
        texts = {name: write(agent) for name, agent in agents.items()}
        played = {texts[name]: agent for name, agent in agents.items()}
        results = losses(play(task, list(played.values()), replicates, seed, folder, jobs), task)
        lost = {name: results[text] for name, text in texts.items()}
        if task.tuned_as:
            base = measured[task.tuned_as].lost
            lost |= {_tuned(part): {part: base[_tuned(part)][part] * task.unit} for part in PARTS}
        measured[task.name] = Measured(task, lost)
    return Suite(tuple(measured[name] for name in names), (*entrants, *defaults(1)))


def _tuned(part: str) -> str:
    return f"tuned, {part}"
