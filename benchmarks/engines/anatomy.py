"""What a lockstep step is made of, and what recording adds to it: each part timed on its own, in turns."""

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
from boltzmann.experiments import Recorder, read_environment

HEADER = f"{'work':<13} {'replicates':>10}  {'part':<46} {'microseconds':>12} {'of a step':>10}"

WINDOW = 10
"""Steps in a window of the demo on the testbed: what is computed once in it counts for so much less."""

AHEAD = 16
"""Steps whose random numbers could be drawn at once."""


@dataclass(frozen=True)
class Part:
    """How long one part takes in a step, and how much that is of the step without recording."""

    work: str
    replicates: int
    name: str
    microseconds: float
    share: float

    def to_json(self) -> dict[str, Any]:
        """Give the part as what JSON holds."""
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
            found = {name: 1e6 * quartiles(seconds)[1] for name, seconds in times.items()}
            step = sum(found[name] for name in ("the agent acts", "the environment steps", "the agent learns"))
            for name in found:
                if "of a window" in name:
                    found[name] /= WINDOW
                if "steps at once" in name:
                    found[name] /= AHEAD
            found = {"a step, not recorded": step} | found
            yield from (Part(work.name, count, name, took, took / step) for name, took in found.items())


def _parts(work: Work, count: int) -> dict[str, Callable[[], Any]]:
    """Give each part as a function that can be called again and again in the middle of an experiment."""
    name, arguments = read_environment(work.environment)
    env: Any = envs.make(name, count, discount=works.DISCOUNT, **arguments)
    policy = work.temperatures["constant"].policy(1)
    agent: Any = work.learner(policy)
    rng = np.random.default_rng(0)
    agent.reset(count, env.single_observation_space, env.single_action_space, rng)
    observations, _ = env.reset(seed=list(range(count)))
    for _ in range(200):
        decision = agent.act(observations)
        reached, rewards, terminated, truncated, info = env.step(decision.actions)
        agent.update(observations, decision.actions, rewards, reached, terminated, truncated)
        observations = reached
    values, actions = decision.values, decision.actions
    gaps = info["gap"]
    known = Decision(actions, decision.distribution, values)
    # Once it has been asked for it is kept, and the sums are timed without it.
    _ = known.greedy
    recorder = Recorder(np.array([2**62]), count)

    def entropy() -> Any:
        return policy(values).entropy

    def policy_and_draw() -> Any:
        return policy(values).sample(rng)

    return {
        "the agent acts": lambda: agent.act(observations),
        "the environment steps": lambda: env.step(actions),
        "the agent learns": lambda: agent.update(observations, actions, rewards, reached, terminated, truncated),
        "of acting: the policy, and a draw from it": policy_and_draw,
        "recorded: was the action greedy": lambda: Decision(actions, decision.distribution, values).greedy,
        "recorded: sums": lambda: recorder.add(1, known, rewards, terminated, truncated, gaps),
        "recorded: policy, entropy at the end of a window": entropy,
        "normals, drawn for this step": lambda: rng.standard_normal(count),
        f"normals, drawn for {AHEAD} steps at once": lambda: rng.standard_normal((AHEAD, count)),
    }
