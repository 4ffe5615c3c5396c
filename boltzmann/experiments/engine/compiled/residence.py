"""The beginning and the end of a block of rows in a kernel: what is read into the working memory and written back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from boltzmann.experiments.engine.compiled.writing import SLOT

if TYPE_CHECKING:
    from boltzmann.experiments.engine.compiled.stepping import Steps


def write_beginning(steps: Steps) -> None:
    """Write how a block reads its states, or the tables of its bandits, before its steps."""
    code, kernel = steps.kernel.code, steps.kernel
    if not steps.resident:
        steps.world.begin(kernel)
        with code.under("for i in range(n):"):
            steps.load_row()
        if steps.sampled:
            with code.under("for i in range(n):"):
                code.line(f"upcoming_actions = {kernel.actions} if has_upcoming[first + i] else 0")
                with code.under("for a in range(upcoming_actions):"):
                    code.line(SLOT)
                    for name in steps.loaded:
                        place = kernel.at(name, "i", "a")
                        code.line(f"{place} = upcoming_{name}[(first + i) * {kernel.actions} + a]")
                for name in steps.learner.states:
                    place = kernel.at(name)
                    code.line(f"{place} = upcoming_{name}[first + i] if has_upcoming[first + i] else {place}")
        return
    with kernel.each(rows="n"):
        for name in steps.learner.tables:
            place = kernel.at("q" if name == "values" else name, "i", "a")
            code.line(f"{place} = {name}[a * rows + first + i]")
    with code.under("for i in range(n):"):
        code.line("pass", *(f"{kernel.at(name)} = {name}[first + i]" for name in steps.learner.states))


def write_end(steps: Steps) -> None:
    """Write how a block stores what its next steps need."""
    code, kernel = steps.kernel.code, steps.kernel
    if steps.resident:
        with kernel.each(rows="n"):
            for name in steps.learner.tables:
                place = kernel.at("q" if name == "values" else name, "i", "a")
                value = f"np.int64({place})" if name == "visits" else place
                code.line(f"{name}[a * rows + first + i] = {value}")
        with code.under("for i in range(n):"):
            code.line("pass", *(f"{name}[first + i] = {kernel.at(name)}" for name in steps.learner.states))
    if steps.sampled:
        with kernel.each(rows="n"):
            for name in steps.loaded:
                code.line(f"upcoming_{name}[(first + i) * {kernel.actions} + a] = {kernel.at(name, 'i', 'a')}")
        with code.under("for i in range(n):"):
            code.line("pass", *(f"upcoming_{name}[first + i] = {kernel.at(name)}" for name in steps.learner.states))
