"""What lies in a kernel's arguments and working memory, and how a block of rows is read from them and written back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.engine.compiled.entries import declare_many
from boltzmann.experiments.engine.compiled.worlds import Draw, DrawnAhead
from boltzmann.experiments.engine.compiled.writing import BLOCK, PAIR
from boltzmann.laws import LearnerLaw

if TYPE_CHECKING:
    from boltzmann.experiments.engine.compiled.stepping import Steps


def loaded_inputs(learner: LearnerLaw) -> tuple[str, ...]:
    """Return the tables that policy and backup read, values first, as inputs of each action."""
    read: frozenset[str] = getattr(learner.backup, "inputs", frozenset())
    if learner.policy.weight is not None:
        read |= learner.policy.inputs
    if learner.beside is not None:
        read |= learner.beside.inputs
    loaded: tuple[str, ...] = ("values",)
    if read & {"visits", "variances"}:
        loaded += ("visits",)
    if "variances" in read:
        # The learner's own variances, or sums of squares, which are divided by the visits.
        loaded += ("variances" if "variances" in learner.tables else "squares",)
    return loaded


def _own_draws(steps: Steps) -> list[Draw]:
    """Return the random numbers of the agent in a step, in their order."""
    learner, count, choices = steps.learner, steps.kernel.actions, 2 if steps.sampled else 1
    noise, rng = learner.policy.noise, learner.rng
    if noise == "log odds":
        chosen = ("action", "upcoming")[:choices]
        draws = [Draw(f"{kind}s_of_{name}", f"standard_{kind}", rng, 2 * count) for name in chosen for kind in PAIR]
    elif noise:
        draws = [Draw("noise_of_actions", f"standard_{noise}", rng, choices * count)]
    else:
        draws = [Draw("uniforms", "random", rng, choices)]
    return [*draws, Draw("coins", "random", rng)] if learner.uniform else draws


def declare(steps: Steps, flat: Callable[[Any, bool], Any]) -> None:
    """Add the arguments of a kernel and its places in the working memory."""
    kernel, learner, world = steps.kernel, steps.learner, steps.world
    always = ("ends", "rows", "begin", "end", "sums", "returns", "poison")
    for name in (*always, *(f"last_{name}" for name in steps.handed_out)):
        kernel.argument(name, None)
    kernel.arguments.update(rows=steps.rows)
    steps.drawn = DrawnAhead([*([] if steps.given else _own_draws(steps)), *world.draws()], steps.rows, kernel)
    for name, constants in steps.policy.constants.items():
        kernel.argument(f"each_{name}", np.array(constants))
    for name in steps.numbers():
        kernel.argument(f"{name}_at", None)
    for name, table in {**learner.tables, **learner.states}.items():
        kernel.argument(f"own_{name}", flat(table, steps.resident))
    for name, constant in learner.constants.items():
        kernel.argument(f"constant_{name}", float(constant))
    if steps.cut:
        for name in ("taken", "places"):
            kernel.argument(name, np.zeros(steps.rows, dtype=np.int64))
    if steps.given and learner.uniform:
        kernel.argument("coins", np.zeros(steps.rows + BLOCK))
    _declare_learning(steps, flat)
    world.declare(kernel)
    steps.declare_inputs()
    if steps.resident:
        for name in learner.tables:
            kernel.memory(f"here.{name}", per_action=True)
    else:
        kernel.argument("observation_count", learner.tables["values"].shape[1])
    if steps.sampled:
        kernel.argument("upcoming", np.zeros(steps.rows, dtype=np.int64))
        kernel.argument("has_upcoming", np.zeros(steps.rows, dtype=np.bool_))
        for name in (*steps.loaded, *learner.states):
            kernel.argument(f"upcoming_{name}", np.zeros(steps.rows * kernel.actions))


def _declare_learning(steps: Steps, flat: Callable[[Any, bool], Any]) -> None:
    """Add the arguments and the working memory of a learner."""
    kernel, learner = steps.kernel, steps.learner
    kernel.memory("greedy")
    kernel.memory("coin")
    if learner.rate is not None:
        kernel.argument("rates", None)
    if learner.requires is not None or steps.policy.requires is not None:
        kernel.argument("failed", None)
        kernel.argument("failed_number", None)
    declare_many(steps, flat)


def write_beginning(steps: Steps) -> None:
    """Write how a block reads its states, or the tables of its bandits, before its steps."""
    code, kernel = steps.kernel.code, steps.kernel
    if not steps.resident:
        steps.world.begin(kernel)
        with code.under("for i in range(n):"):
            steps.load_row()
        if steps.sampled:
            if steps.cut:
                _refuse_other_masks(steps)
            with code.under("for i in range(n):"):
                code.line(f"drawn_before = {kernel.actions} if has_upcoming[first + i] else 0")
                with code.under("for a in range(drawn_before):"):
                    code.line(kernel.slot)
                    for name in steps.loaded:
                        place = kernel.at(f"here.{name}", "i", "a")
                        code.line(f"{place} = upcoming_{name}[(first + i) * {kernel.actions} + a]")
                for name in steps.learner.states:
                    place = kernel.at(f"here.{name}")
                    code.line(f"{place} = upcoming_{name}[first + i] if has_upcoming[first + i] else {place}")
        return
    with kernel.each(rows="n"):
        for name in steps.learner.tables:
            place = kernel.at(f"here.{name}", "i", "a")
            code.line(f"{place} = own_{name}[a * rows + first + i]")
    with code.under("for i in range(n):"):
        code.line("pass", *(f"{kernel.at(f'here.{name}')} = own_{name}[first + i]" for name in steps.learner.states))


def _refuse_other_masks(steps: Steps) -> None:
    """Write that an action is drawn again where the environment now tells another mask than that of its draw."""
    code, kernel = steps.kernel.code, steps.kernel
    rows, actions = code.under("for i in range(n):"), code.under("for a in range(actions):")
    with code.under("if masked[0]:"), rows, code.under("if has_upcoming[first + i]:"), actions:
        code.line(f"pair = (first + i) * {kernel.actions} + a")
        with code.under("if mask[pair] == (upcoming_values[pair] == -np.inf):"):
            code.line("has_upcoming[first + i] = False")


def write_end(steps: Steps) -> None:
    """Write how a block stores what its next steps need."""
    code, kernel = steps.kernel.code, steps.kernel
    if steps.given:
        with code.under("for i in range(n):"):
            code.line(f"places[first + i] = {kernel.at('here')}")
    if steps.resident:
        with kernel.each(rows="n"):
            for name in steps.learner.tables:
                place = kernel.at(f"here.{name}", "i", "a")
                value = f"np.int64({place})" if name == "visits" else place
                code.line(f"own_{name}[a * rows + first + i] = {value}")
        with code.under("for i in range(n):"):
            code.line(
                "pass", *(f"own_{name}[first + i] = {kernel.at(f'here.{name}')}" for name in steps.learner.states)
            )
    if steps.sampled:
        with kernel.each(rows="n"):
            for name in steps.loaded:
                code.line(
                    f"upcoming_{name}[(first + i) * {kernel.actions} + a] = {kernel.at(f'here.{name}', 'i', 'a')}"
                )
        with code.under("for i in range(n):"):
            code.line(
                "pass", *(f"upcoming_{name}[first + i] = {kernel.at(f'here.{name}')}" for name in steps.learner.states)
            )
