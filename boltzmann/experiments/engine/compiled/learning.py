"""Learning as a part of a kernel: the backup, the change of an entry, and the move to the next state."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from boltzmann.experiments.engine.compiled.entries import (
    write_end_of_traces,
    write_resident_spread,
    write_rounds,
    write_spread,
    write_traces,
)
from boltzmann.experiments.engine.compiled.writing import Fold, Kernel, Numbers, text_of
from boltzmann.laws import BackupLaw

if TYPE_CHECKING:
    from boltzmann.experiments.engine.compiled.stepping import Steps


def write_backup(steps: Steps) -> None:
    """Write what each row bootstraps from into its place ``backed_up``, or into several by name."""
    code, kernel, backup = steps.kernel.code, steps.kernel, steps.learner.backup
    if backup is None:
        return
    if steps.learner.uniform:
        # In the working memory, since passes over two arrays lose vector code.
        with code.under("for i in range(padded):"):
            code.line(f"{kernel.at('coin')} = coins[{'first' if steps.given else 'drawn'} + i]")
    following = "here." if steps.resident else "next."
    if not steps.resident:
        steps.declare_inputs(following)
        with code.under("for i in range(n):"):
            steps.load_row(following)
    rows = steps.row_inputs(following)
    if isinstance(backup, str):
        kernel.memory("backed_up.")
        fold = Fold(kernel, "policy.", steps.inputs(following), {**steps.hoisted("policy_", "t + 1"), **rows})
        steps.choose(fold, "choice + rows", "upcoming")
        with code.under("for i in range(n):"):
            code.line(f"upcoming[first + i] = {kernel.at('upcoming')}")
            code.line(f"{kernel.at('backed_up.')} = {kernel.at(f'{following}values', 'i', kernel.at('upcoming'))}")
    else:
        fold = Fold(kernel, "backup.", steps.inputs(following), {**steps.hoisted("backup_"), **rows})
        _write_values(kernel, fold, backup)
    if steps.learner.beside is not None:
        _write_values(kernel, fold, steps.learner.beside)
    if not steps.resident:
        with kernel.each(str(kernel.actions)):
            for name in steps.loaded if steps.sampled else ("values",):
                code.line(f"{kernel.at(f'here.{name}', 'i', 'a')} = {kernel.at(f'next.{name}', 'i', 'a')}")


def _write_values(kernel: Kernel, fold: Fold, backup: BackupLaw) -> None:
    fold.run(backup.passes)
    with kernel.code.under("for i in range(padded):"):
        for name, value in _by_name(backup.value(kernel.code, fold.row())).items():
            kernel.memory(f"backed_up.{name}")
            kernel.code.line(f"{kernel.at(f'backed_up.{name}')} = {text_of(value)}")


def _by_name(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"": value}


def write_learning(steps: Steps) -> None:
    """Learn, record and move."""
    if steps.resident:
        _write_resident_learning(steps)
        return
    code, kernel, learner = steps.kernel.code, steps.kernel, steps.learner
    for name in ("ending", "visits_before"):
        kernel.memory(name, "g")
    # A loop of its own, since in a longer one a processor waits for each count that is in no cache.
    before = kernel.at("visits_before")
    with code.under("for i in range(n):"):
        code.line(f"{before} = own_visits[{kernel.at('here')} * {kernel.actions} + {kernel.at('action')}]")
    code.line("endings = 0")
    with code.under("for i in range(n):"):
        code.line(f"r, at, a = first + i, at_first + i, {kernel.at('action')}", kernel.slot)
        steps.world.pay(kernel)
        code.line(f"entry_here = {kernel.at('here')} * {kernel.actions} + a")
        code.line(f"visited = {before} + 1")
        _write_law(steps, {name: f"own_{name}[entry_here]" for name in learner.tables}, "reward", row_places(steps))
        code.line("poison[r] += learnt - learnt")
        kernel.record()
        if learner.rounds is not None:
            write_rounds(steps, learner.rounds, row_places(steps))
        _follow(steps)
    _begin_episodes(steps)


def _write_resident_learning(steps: Steps) -> None:
    """Learn in the working memory.

    Where a law calls functions, the entries are gathered, changed in a loop that becomes vector code, and scattered.
    """
    code, kernel, learner = steps.kernel.code, steps.kernel, steps.learner
    tables = {name: kernel.at(f"here.{name}", "i", "a") for name in learner.tables}
    taken = f"r, at, a = first + i, at_first + i, {kernel.at('action')}"
    row, apart = row_places(steps), _calls_functions(steps, tables)
    gathered = {**tables, "reward": "reward"}
    if "step_size" in row and "step_size" not in learner.constants:
        gathered["step_size"] = row["step_size"]
    with code.under("for i in range(n):"):
        code.line(taken, kernel.slot)
        steps.world.pay(kernel)
        # No episode ends.
        kernel.record(episodes=False)
        code.line(f"visited = {tables['visits']} + 1")
        if apart:
            for name, text in gathered.items():
                kernel.memory(f"entry.{name}")
                code.line(f"{kernel.at(f'entry.{name}')} = {text}")
        else:
            _write_law(steps, tables, "reward", row)
            code.line("poison[r] += learnt - learnt")
    if apart:
        entry = {name: kernel.at(f"entry.{name}") for name in gathered}
        with code.under("for i in range(padded):"):
            code.line(f"visited = {entry['visits']} + 1")
            _write_law(steps, {name: entry[name] for name in tables}, entry["reward"], {**row, **entry})
        with code.under("for i in range(n):"):
            code.line(taken, kernel.slot, *(f"{tables[name]} = {entry[name]}" for name in tables))
            code.line(f"poison[r] += {entry['values']} - {entry['values']}")
    if learner.spread is not None:
        write_resident_spread(steps, learner.spread, row)


def _calls_functions(steps: Steps, tables: Mapping[str, str]) -> bool:
    """Return whether the law calls functions, and neither has requirements nor reads or changes all actions."""
    code, learner = steps.kernel.code, steps.learner
    if learner.requires is not None or learner.spread is not None or "probability" in learner.inputs:
        return False
    lines, calls = len(code.lines), code.calls
    with code.under("for i in range(n):"):
        here, row = Numbers(code, tables), Numbers(code, {**tables, **row_places(steps)})
        learner.learn(code, here, code.read("reward"), _future(steps), row)
    code.lines = code.lines[:lines]
    return code.calls > calls


def _write_law(steps: Steps, tables: Mapping[str, str], reward: str, row_texts: Mapping[str, str]) -> None:
    """Write how row i learns: the new numbers of its entry, of its state, and of what its change spreads to."""
    code, learner = steps.kernel.code, steps.learner
    places = {**tables, **_state_places(steps)}
    here, row = Numbers(code, {**places, "visits": "np.float64(visited)"}), Numbers(code, row_texts)
    paid = code.read(reward)
    if learner.requires is not None:
        steps.require(learner.requires(code, code.read("np.float64(a)"), paid, row))
    results = dict(learner.learn(code, here, paid, _future(steps), row))
    if learner.traces is not None:
        del results["values"]
        write_traces(steps, learner.traces, results["change"], row)
    code.line(*(f"{places[name]} = {text_of(result)}" for name, result in results.items() if name in places))
    code.line(f"{places['visits']} = visited", f"learnt = {text_of(results.get('values', paid))}")
    if learner.spread is not None:
        write_spread(steps, learner.spread, results, row_places(steps))


def _future(steps: Steps) -> Any:
    """Return the discounted value of the next state, or several by name; 0 after a termination."""
    code, kernel, backup = steps.kernel.code, steps.kernel, steps.learner.backup
    if backup is None:
        return 0.0
    futures = {}
    for name, place in kernel.places("backed_up.").items():
        code.line(f"future = constant_discount * {place}")
        futures[name] = code.read("future" if steps.resident else "0.0 if ended else future")
    if steps.learner.beside is None:
        return futures[""] if "" in futures else SimpleNamespace(**futures)
    beside = futures.pop("variance")
    value = futures[""] if "" in futures else SimpleNamespace(**futures)
    return SimpleNamespace(value=value, variance=beside)


def row_places(steps: Steps) -> dict[str, str]:
    """Return the texts of the numbers of row i that its learner reads."""
    kernel, learner = steps.kernel, steps.learner
    places = {**{name: f"constant_{name}" for name in learner.constants}, **steps.row_inputs(), **_state_places(steps)}
    if learner.rate is not None and learner.counts == "visits":
        places["step_size"] = "rates[np.int64(visited) - 1]"
    if "probability" in learner.inputs:
        places["probability"] = kernel.at("probability", "i", "a")
    allowed = steps.world.allowed_count(kernel, kernel.at("here"))
    return {**places, "allowed": allowed, "greedy": kernel.at("greedy")}


def _follow(steps: Steps) -> None:
    """Move row i to its next state, and list it where its episode is over.

    The listed rows follow in a loop of their own, since a processor would mispredict a branch for each row.
    """
    code, kernel, states = steps.kernel.code, steps.kernel, steps.learner.states
    code.line(f"left = {kernel.at('here')}")
    steps.world.move(kernel)
    code.line(f"{kernel.at('ending', 'endings')} = i", "endings += 1 if over else 0")
    if steps.sampled:
        # The next action was drawn from what its state was before this step.
        code.line("has_upcoming[r] = not over")
        code.line(*(f"{kernel.at(f'here.{name}')} = {kernel.at(f'next.{name}')}" for name in states))
    elif _keeps_values(steps):
        place = kernel.at("here.values", "i", "a")
        # States with one observation may have other masks.
        same = f"{kernel.at('here')} == left{' and loaded > -np.inf' if steps.world.mask() is not None else ''}"
        code.line(f"loaded = {place}", f"{place} = learnt if {same} else loaded")
        if steps.loaded[1:] or states:
            steps.load_row(names=steps.loaded[1:])


def _keeps_values(steps: Steps) -> bool:
    """Return whether the values that a row has backed up are those that it acts on, but for the one just learnt."""
    return not (steps.cut or steps.learner.backup is None or steps.changes_others)


def _begin_episodes(steps: Steps) -> None:
    """Begin the next episodes of the rows whose episodes are over, and read the values of their states."""
    code, kernel = steps.kernel.code, steps.kernel
    with code.under("for ended_row in range(endings):"):
        code.line(f"i = {kernel.at('ending', 'ended_row')}", "r, at = first + i, at_first + i")
        kernel.record_episode()
        steps.world.start(kernel)
        if steps.learner.traces is not None:
            write_end_of_traces(steps)
        if steps.sampled or _keeps_values(steps):
            steps.load_row()
    # A step that is cut begins by reading the values of its state.
    if not (steps.cut or steps.sampled or _keeps_values(steps)):
        with code.under("for i in range(n):"):
            steps.load_row()


def _state_places(steps: Steps) -> dict[str, str]:
    kernel = steps.kernel
    return {
        name: kernel.at(f"here.{name}") if steps.resident else f"own_{name}[{kernel.at('here')}]"
        for name in steps.learner.states
    }
