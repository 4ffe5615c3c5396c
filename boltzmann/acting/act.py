"""The method ``act`` of policies."""

from __future__ import annotations

from typing import Any

from boltzmann.acting.call_text import explained
from boltzmann.acting.drawn_policy import drawing_of
from boltzmann.acting.few_actions import few_actions
from boltzmann.arrays import Input, Mask, Rng, Step, Values
from boltzmann.notation import Expression
from boltzmann.schedules import at_step


class Acting(Expression):
    """Base class of policies, which choose actions without making a distribution where that is quicker."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let the call of one of our policies say what each input is; others have a text of their own."""
        call = cls.__dict__.get("__call__")
        if call is not None and cls.__module__.startswith("boltzmann."):
            explained(call, getattr(cls, "reads", None))
        super().__init_subclass__(**kwargs)

    @explained
    def act(
        self,
        values: Values,
        rng: Rng,
        *,
        step: Step = None,
        visits: Input = None,
        variances: Input = None,
        where: Mask = None,
        **more: Input,
    ) -> Any:
        """Choose an action for each row: the same as ``policy(values, ...).sample(rng)`` with the same generator.

        Up to 40 plain numbers (16 of a mere softmax), on arrays or CPU tensors, pass through the policy's law in Python
        floats, in some microseconds; all other calls make the distribution. Either way the generator advances alike,
        and the actions are the same, but for a uniform number within rounding of a cumulative probability.

        Policies with rates of exploration read ``epsilons`` too, one for each row.

        Returns
        -------
        array of integers, shape (...)

        Examples
        --------
        >>> import numpy as np
        >>> from boltzmann import Boltzmann
        >>> rng = np.random.default_rng(0)
        >>> Boltzmann(0.0).act(np.array([[0.0, 1.0], [3.0, 1.0]]), rng)
        array([1, 0])
        >>> int(Boltzmann(float("inf")).act(np.array([0.0, 1.0]), rng, where=np.array([True, False])))
        0
        """
        if not more:
            drawn = few_actions(self, values, rng, step, visits, variances, where)
            if drawn is not None:
                return drawn
        policy: Any = self
        inputs = {**at_step(step), "visits": visits, "variances": variances, "where": where, **more}
        return policy(values, **inputs).sample(rng)

    def _repr_html_(self) -> str:
        return drawing_of(self)
