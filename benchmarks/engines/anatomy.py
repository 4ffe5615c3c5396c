"""The parts of a lockstep step, and of recording it: each part is timed separately, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

import envs
from agents import Decision
from benchmarks.engines import works
from benchmarks.engines.works import Work
from benchmarks.timing import compare, quartiles
from boltzmann import Transition
from boltzmann.experiments import Recorder, read_environment

HEADER = f"{'work':<13} {'replicates':>10}  {'part':<46} {'microseconds':>12} {'of a step':>10}"

WINDOW = 10
"""Steps in a window of the demo on the testbed; a part that runs once a window is divided by this number."""

STEPS_AT_ONCE = 16
"""Steps whose random numbers could be drawn in one call."""


@dataclass(frozen=True)
class Part:
    """The time of one part in a step, and its share of the step without recording."""

    work: str
    replicates: int
    name: str
    microseconds: float
    share: float

    def to_json(self) -> dict[str, Any]:
        """Return the part as a dict for JSON."""
        return asdict(self)


def line(part: Part) -> str:
    """Write one part."""
    return (
        f"{part.work:<13} {part.replicates:>10}  {part.name:<46} {part.microseconds:>12.2f} {100 * part.share:>8.1f} %"
    )


def measure_parts(
    rounds: int, replicates: Sequence[int] = (30, 2000), chosen: Sequence[Work] = works.WORKS[:2]
) -> Iterator[Part]:
    """Time the parts of a step at a constant temperature, in processor seconds."""
    for work in chosen:
        for count in replicates:
            times = compare(_parts(work, count), rounds=rounds, least_seconds=0.002, clock=time.process_time)
            medians = {name: 1e6 * quartiles(seconds)[1] for name, seconds in times.items()}
            step = sum(medians[name] for name in ("the agent acts", "the environment steps", "the agent learns"))
            for name in medians:
                if "of a window" in name:
                    medians[name] /= WINDOW
                if "steps at once" in name:
                    medians[name] /= STEPS_AT_ONCE
            medians = {"a step, not recorded": step} | medians
            yield from (Part(work.name, count, name, median, median / step) for name, median in medians.items())


def _parts(work: Work, count: int) -> dict[str, Callable[[], Any]]:
    """Return each part as a function that can be called repeatedly in the middle of an experiment."""
    name, arguments = read_environment(work.environment)
    env: Any = envs.make(name, count, discount=works.DISCOUNT, **arguments)
    policy = work.temperatures["constant"].policy(1)
    agent: Any = work.learner(policy)
    rng = np.random.default_rng(0)
    agent.reset(count, env.single_observation_space, env.single_action_space, rng)
    observations, _ = env.reset(seed=list(range(count)))
    for _ in range(200):
        decision = agent.act(observations)
        next_observations, rewards, terminated, truncated, info = env.step(decision.actions)
        agent.update(Transition(observations, decision.actions, rewards, next_observations, terminated, truncated))
        observations = next_observations
    values, actions = decision.values, decision.actions
    gaps = info["gap"]
    ready = Decision(actions, decision.distribution, values)
    # Reading the attribute computes and stores it, so that the sums are timed without it.
    _ = ready.greedy
    recorder = Recorder(np.array([2**62]), count)

    def entropy() -> Any:
        return policy(values).entropy

    def policy_and_draw() -> Any:
        return policy(values).sample(rng)

    return {
        "the agent acts": lambda: agent.act(observations),
        "the environment steps": lambda: env.step(actions),
        "the agent learns": lambda: agent.update(
            Transition(observations, actions, rewards, next_observations, terminated, truncated)
        ),
        "of acting: the policy, and a draw from it": policy_and_draw,
        "recorded: was the action greedy": lambda: Decision(actions, decision.distribution, values).greedy,
        "recorded: sums": lambda: recorder.add(1, ready, rewards, terminated, truncated, gaps),
        "recorded: policy, entropy at the end of a window": entropy,
        "normals, drawn for this step": lambda: rng.standard_normal(count),
        f"normals, drawn for {STEPS_AT_ONCE} steps at once": lambda: rng.standard_normal((STEPS_AT_ONCE, count)),
    }
