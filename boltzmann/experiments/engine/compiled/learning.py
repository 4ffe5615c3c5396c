"""Learning as a part of a kernel: the backup, the change of an entry, and the move to the next state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boltzmann.experiments.engine.compiled.folds import Fold
from boltzmann.experiments.engine.compiled.kernels import Numbers
from boltzmann.experiments.engine.compiled.symbols import text_of

if TYPE_CHECKING:
    from boltzmann.experiments.engine.compiled.stepping import Steps


def write_backup(steps: Steps) -> None:
    """Write what each row bootstraps from into its place ``backed_up``."""
    code, kernel, backup = steps.kernel.code, steps.kernel, steps.learner.backup
    if backup is None:
        return
    following = "" if steps.resident else "next_"
    if not steps.resident:
        steps.declare_inputs(following)
        with code.under("for i in range(n):"):
            steps.load_row(following)
    rows = steps.row_inputs(following)
    kernel.memory("backed_up")
    backed_up = kernel.at("backed_up")
    if isinstance(backup, str):
        fold = Fold(kernel, "next_", steps.inputs(following), {**steps.hoisted("policy_", "t + 1"), **rows})
        steps.choose(fold, "choice + rows", "next_action")
        with code.under("for i in range(n):"):
            code.line(f"upcoming[first + i] = {kernel.at('next_action')}")
            code.line(f"{backed_up} = {kernel.at(following + 'q', 'i', kernel.at('next_action'))}")
    else:
        fold = Fold(kernel, "next_", steps.inputs(following), {**steps.hoisted("backup_"), **rows})
        fold.run(backup.passes)
        with code.under("for i in range(padded):"):
            code.line(f"{backed_up} = {text_of(backup.value(code, fold.row()))}")
    if not steps.resident:
        with code.under(f"for a in range({kernel.actions}):"), code.under("for i in range(padded):"):
            for name in steps.loaded if steps.sampled else ("q",):
                code.line(f"{kernel.at(name, 'i', 'a')} = {kernel.at(f'next_{name}', 'i', 'a')}")


def write_learning(steps: Steps) -> None:
    """Learn, record and move, row by row."""
    code, kernel, learner, world = steps.kernel.code, steps.kernel, steps.learner, steps.world
    with code.under("for i in range(n):"):
        code.line(f"r, at, a = first + i, at_first + i, {kernel.at('action')}")
        world.pay(kernel)
        places, states = _entry_places(steps), _state_places(steps)
        code.line(f"visited = {places['visits']} + 1")
        here = Numbers(code, {**places, "visits": "np.float64(visited)", "rate": "rates[np.int64(visited) - 1]"})
        row = Numbers(code, {**{name: name for name in learner.constants}, **states})
        future: Any = 0.0
        if learner.backup is not None:
            code.line(f"future = discount * {kernel.at('backed_up')}")
            future = code.read("future" if steps.resident else "0.0 if ended else future")
        results = learner.learn(code, here, code.read("reward"), future, row)
        for name, result in results.items():
            code.line(f"{({**places, **states})[name]} = {text_of(result)}")
        code.line(f"{places['visits']} = visited", f"learnt = {text_of(results['values'])}")
        code.line("poison[r] += learnt - learnt", "sums[at] += reward", "sums[size + at] += gap")
        code.line("sums[2 * size + at] += 1.0 if gap == 0.0 else 0.0", "returns[r] += reward")
        if not steps.resident:
            _follow(steps)


def _entry_places(steps: Steps) -> dict[str, str]:
    kernel, learner = steps.kernel, steps.learner
    if steps.resident:
        return {name: kernel.at("q" if name == "values" else name, "i", "a") for name in learner.tables}
    kernel.code.line(f"entry_here = {kernel.at('here')} * {kernel.actions} + a")
    return {name: f"{name}[entry_here]" for name in learner.tables}


def _follow(steps: Steps) -> None:
    """Move row i to its next state, and read the values there."""
    code, kernel = steps.kernel.code, steps.kernel
    code.line(f"left = {kernel.at('here')}")
    steps.world.move(kernel)
    if steps.learner.backup is None:
        steps.load_row()
        return
    with code.under("if over:"):
        steps.load_row()
        if steps.sampled:
            code.line("has_upcoming[r] = False")
    if steps.sampled:
        with code.under("else:"):
            code.line("has_upcoming[r] = True")
            code.line(*(f"{kernel.at(name)} = {name}[{kernel.at('here')}]" for name in steps.learner.states))
    else:
        with code.under("else:"):
            with code.under(f"if {kernel.at('here')} == left:"):
                code.line(f"{kernel.at('q', 'i', 'a')} = learnt")
            if steps.handed_out != ("q",):
                steps.load_row(names=steps.loaded[1:])


def _state_places(steps: Steps) -> dict[str, str]:
    kernel = steps.kernel
    return {
        name: kernel.at(name) if steps.resident else f"{name}[{kernel.at('here')}]" for name in steps.learner.states
    }
