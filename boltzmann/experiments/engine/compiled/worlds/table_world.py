"""Tables of transitions as parts of a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.worlds.draws import Draw
from boltzmann.experiments.engine.compiled.worlds.unmasked import World
from boltzmann.experiments.engine.compiled.writing import Kernel


class TableWorld(World):
    """A table of transitions; each row has a state, and takes its episodes one after the other."""

    def __init__(self, form: dict[str, Any]) -> None:
        self.form = form
        self.rows, self.states = len(form["states"]), len(form["initial"])
        self._outcomes = form["cumulative"].shape[1]
        self._guides = 2 ** self.states.bit_length()
        self.masked = form["mask"] is not None
        self._mask = None if form["mask"] is None else form["mask"] != 0
        observations = form["observations"]
        self._observations = self.states if observations is None else int(observations.max()) + 1

    def mask(self) -> NDArray[np.bool_] | None:
        """Return the mask of the present states, if there are masks."""
        return None if self._mask is None else self._mask.take(self.form["states"], axis=0)

    def mask_reached(self) -> NDArray[np.bool_] | None:
        """Return the mask of the states that the last step has led to, if there are masks."""
        return None if self._mask is None else self._mask.take(self._reached_states, axis=0)

    def allowed(self) -> NDArray[np.bool_] | None:
        """Return the agent's view of the masks: that of the state met last where observations are the same, if any."""
        if self._mask is None:
            return None
        mask = np.vstack([self._mask, np.ones_like(self._mask[:1])])
        return mask[self.seen].reshape(self.rows, self._observations, -1)

    def allowed_count(self, kernel: Kernel, row: str) -> str:
        """Return the text of the number of actions that the agent knows to be allowed in a row of its table."""
        return f"allowed_counts[seen[{row}]]" if self.masked else f"{kernel.actions}.0"

    def note_masks(self, kernel: Kernel) -> None:
        """Write that the agent sees the mask of each row's state."""
        if self.masked:
            with kernel.code.under("for i in range(n):"):
                kernel.code.line(f"seen[{kernel.at('here')}] = states[first + i]")

    def draws(self) -> list[Draw]:
        """Return the random numbers of a step."""
        form = self.form
        return [
            *([Draw("outcomes", "random", form["rng"])] if self._outcomes > 1 else []),
            *([] if form["one_start"] else [Draw("starts", "random", form["starts"])]),
            *([] if form["noise"] is None else [Draw("noise", "standard_normal", form["rewarding"])]),
        ]

    def declare(self, kernel: Kernel) -> None:
        """Add the arguments and the working memory."""
        form = self.form
        for name in ("states", "elapsed", "cumulative", "next_states", "rewards", "terminated", "initial", "limit"):
            kernel.argument(name, form[name].reshape(-1) if name == "cumulative" else form[name])
        # Where to begin the search for the start of a uniform u: up to which state the shares sum to floor(G u) / G.
        guides = np.arange(self._guides) / self._guides
        kernel.argument("guide", np.searchsorted(form["initial"], guides, side="right"))
        for name in ("gaps", "observations", "noise"):
            if form[name] is not None:
                kernel.argument(name if name != "noise" else "deviations", form[name])
        if self.masked:
            mask = form["mask"]
            # The last row of the mask allows everything.
            kernel.argument("mask", np.vstack([np.where(mask, 0.0, -np.inf), 0.0 * mask[:1]]).ravel())
            self.seen = np.full(self.rows * self._observations, self.states, dtype=np.int64)
            kernel.argument("seen", self.seen)
            counts = np.append((form["mask"] != 0).sum(axis=-1), kernel.actions)
            kernel.argument("allowed_counts", counts.astype(np.float64))
        for name in ("entry", "here", "next"):
            kernel.memory(name, "g")

    def observed(self, state: str) -> str:
        """Return the text of the observation of a state."""
        return state if self.form["observations"] is None else f"observations[{state}]"

    def begin(self, kernel: Kernel) -> None:
        """Find the table row of each row's state."""
        with kernel.code.under("for i in range(n):"):
            kernel.code.line(
                f"{kernel.at('here')} = (first + i) * observation_count + {self.observed('states[first + i]')}"
            )

    def advance(self, kernel: Kernel) -> None:
        """Draw the outcome of each row's action: its entry in the table, and the table row of the next state."""
        code, action = kernel.code, kernel.at("action")
        with code.under("for i in range(n):"):
            code.line(f"pair = states[first + i] * {kernel.actions} + {action}", f"entry = pair * {self._outcomes}")
            if self._outcomes > 1:
                code.line(f"level, uniform = pair * {self._outcomes}, outcomes[drawn + i]")
                with code.under(f"for m in range({self._outcomes - 1}):"):
                    code.line("entry += 1 if cumulative[level + m] <= uniform else 0")
            code.line(f"{kernel.at('entry')} = entry")
            code.line(f"{kernel.at('next')} = (first + i) * observation_count + {self.observed('next_states[entry]')}")
            if self.masked:
                # A transition has the mask of the state that it bootstraps from.
                with code.under("if not terminated[entry]:"):
                    code.line(f"seen[{kernel.at('next')}] = next_states[entry]")

    def pay(self, kernel: Kernel) -> None:
        """Write the lines that give a row's reward, gap and end, within a loop over rows."""
        code = kernel.code
        code.line(f"entry = {kernel.at('entry')}", f"pair = states[r] * {kernel.actions} + a")
        code.line("reward, ended = rewards[entry], terminated[entry]")
        if self.form["noise"] is not None:
            code.line("reward = reward + deviations[pair] * noise[drawn + i]")
        code.line("gap = np.nan" if self.form["gaps"] is None else "gap = gaps[pair]")

    def note_reached(self, kernel: Kernel) -> None:
        """Write the state that row r's step has led to, whose mask a learner that is called is told."""
        if self.masked:
            self._reached_states = np.zeros(self.rows, dtype=np.int64)
            kernel.argument("reached_states", self._reached_states)
            kernel.code.line("reached_states[r] = next_states[entry]")

    def load_mask(self, kernel: Kernel, following: bool) -> str:
        """Find the mask of a row's state, or the agent's of the next one; return what is added to a value."""
        if not self.masked:
            return ""
        row = f"seen[{kernel.at('next')}]" if following else "states[first + i]"
        kernel.code.line(f"mask_start = {row} * {kernel.actions}")
        return " + mask[mask_start + a]"

    def move(self, kernel: Kernel) -> None:
        """Move each row to its next state, within a loop over rows."""
        code = kernel.code
        code.line("elapsed[r] += 1", "states[r] = next_states[entry]", f"{kernel.at('here')} = {kernel.at('next')}")
        code.line("cut_off = elapsed[r] == limit", "over = ended or cut_off")

    def start(self, kernel: Kernel) -> None:
        """Start an episode of row i."""
        code = kernel.code
        if self.form["one_start"]:
            code.line("start = guide[0]")
        else:
            code.line("uniform = starts[drawn + i]", f"start = guide[np.int64(uniform * {self._guides})]")
            with code.under("while initial[start] <= uniform:"):
                code.line("start += 1")
        code.line("elapsed[r], states[r] = 0, start")
        code.line(f"{kernel.at('here')} = r * observation_count + {self.observed('start')}")
