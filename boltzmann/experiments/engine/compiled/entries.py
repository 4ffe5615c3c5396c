"""Changes of many entries in one step: of all actions of a state, of entries with traces, and of all, in rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.engine.compiled.writing import Numbers, Symbol, text_of
from boltzmann.laws import Results, Rounds, Traces

if TYPE_CHECKING:
    from boltzmann.experiments.engine.compiled.stepping import Steps

Places = Mapping[str, str | Symbol]


def declare_many(steps: Steps, flat: Callable[[Any, bool], Any]) -> None:
    """Add the arguments of traces and rounds."""
    kernel, learner = steps.kernel, steps.learner
    if learner.rounds is not None:
        kernel.argument("first_step", None)
        kernel.argument("round_length", learner.rounds.length)
    if learner.traces is not None:
        rows, states, actions = learner.traces.table.shape
        kernel.argument("traces", flat(learner.traces.table, False))
        # The entries of each row whose traces are not 0, and how many there are.
        live, lives = np.zeros((rows, states * actions + 1), dtype=np.int64), np.zeros(rows, dtype=np.int64)
        for row, traces in enumerate(learner.traces.table.reshape(rows, -1)):
            entries = np.flatnonzero(traces)
            lives[row] = len(entries)
            live[row, : len(entries)] = row * states * actions + entries
        kernel.argument("live", live.reshape(-1))
        kernel.argument("lives", lives)


def write_spread(steps: Steps, spread: Callable[..., Results], results: Mapping[str, Any], row: Places) -> None:
    """Change all actions of row i's state, within a loop over rows; where tables are resident, keep what it takes."""
    code, kernel, learner = steps.kernel.code, steps.kernel, steps.learner
    own = {name: result for name, result in results.items() if name not in {**learner.tables, **learner.states}}
    if steps.resident:
        for name, result in own.items():
            kernel.memory(f"spread.{name}")
            code.line(f"{kernel.at(f'spread.{name}')} = {text_of(result)}")
        return
    code.line(f"start = {kernel.at('here')} * {kernel.actions}")
    with code.under("for b in range(actions):"):
        tables = {name: f"own_{name}[start + b]" for name in learner.tables}
        action = {**tables, "probability": kernel.at("probability", "i", "b"), "is_chosen": "b == a"}
        _assign(steps, spread(code, Numbers(code, action), Numbers(code, {**row, **own})), tables, "poison[r]")


def write_resident_spread(steps: Steps, spread: Callable[..., Results], row: Places) -> None:
    """Change all actions of each row."""
    code, kernel, learner = steps.kernel.code, steps.kernel, steps.learner
    own = kernel.places("spread.")
    with kernel.each(rows="n"):
        tables = {name: kernel.at(f"here.{name}", "i", "a") for name in learner.tables}
        is_chosen = f"a == {kernel.at('action')}"
        action = {**tables, "probability": kernel.at("probability", "i", "a"), "is_chosen": is_chosen}
        _assign(steps, spread(code, Numbers(code, action), Numbers(code, {**row, **own})), tables, "poison[first + i]")


def write_traces(steps: Steps, traces: Traces, change: Any, row: Numbers) -> None:
    """Add the change of row i's entry to all entries in proportion to their traces, within a loop over rows."""
    code = steps.kernel.code
    decay = text_of(traces.decay(code, row))
    # Written in any case, since a processor would mispredict a branch; there is room for one more than all entries.
    code.line(f"base, alive, kept, unsound = {_live(steps)}, lives[r], 0, 0.0", "live[base + alive] = entry_here")
    code.line("alive += 1 if traces[entry_here] == 0.0 else 0")
    with code.under("for k in range(alive):"):
        code.line("pair = live[base + k]")
        faded = code.read(f"traces[pair] * {decay}")
        trace = code.where(code.read("pair == entry_here"), traces.visit(code, faded), faded)
        code.line(f"traces[pair] = {trace.text}", "live[base + kept] = pair")
        code.line(f"kept += 1 if {trace.text} != 0.0 else 0")
        results = {"values": code.read("own_values[pair]") + change * trace}
        _assign(steps, results, {"values": "own_values[pair]"}, "unsound")
    code.line("lives[r] = kept", "poison[r] += unsound")


def _live(steps: Steps) -> str:
    """Return the text of where the live entries of row r begin."""
    return f"r * (observation_count * {steps.kernel.actions} + 1)"


def write_end_of_traces(steps: Steps) -> None:
    """Set all traces of row r to 0."""
    code = steps.kernel.code
    code.line(f"base = {_live(steps)}")
    with code.under("for k in range(lives[r]):"):
        code.line("traces[live[base + k]] = 0.0")
    code.line("lives[r] = 0")


def write_rounds(steps: Steps, rounds: Rounds, row: Places) -> None:
    """Change all entries of row r at the end of a round, within a loop over rows."""
    code, learner, pairs = steps.kernel.code, steps.learner, f"observation_count * {steps.kernel.actions}"
    ends, entries = "if (first_step + t + 1) % round_length == 0:", f"for e in range(r * {pairs}, (r + 1) * {pairs}):"
    with code.under(ends), code.under(entries):
        code.line(f"state = e // {steps.kernel.actions}")
        tables = {name: f"own_{name}[e]" for name in learner.tables}
        states = {name: f"own_{name}[state]" for name in learner.states}
        numbers = {**row, **states}
        if learner.rate is not None:
            numbers["step_size"] = rate = f"rates[own_{learner.counts}[e]]"
            # A step size out of bounds is an error for each entry, visited or not.
            code.line(f"poison[r] += {rate} - {rate}")
        numbers["allowed"] = steps.world.allowed_count(steps.kernel, "state")
        results = rounds.learn(code, Numbers(code, tables), Numbers(code, numbers))
        _assign(steps, results, {**tables, **states}, "poison[r]")


def _assign(steps: Steps, results: Results, places: Mapping[str, str], poison: str) -> None:
    """Write results into their places; ``poison`` becomes NaN where a value is not finite."""
    code = steps.kernel.code
    for name, result in results.items():
        if name in places:
            code.line(f"{places[name]} = {text_of(result)}")
    value = text_of(results["values"])
    code.line(f"{poison} += {value} - {value}")
