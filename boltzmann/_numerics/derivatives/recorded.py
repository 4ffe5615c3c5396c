"""Tensors whose derivatives PyTorch records, computed by NumPy.

A quantity takes dozens of operations of PyTorch, which records each of them, while a formula written by hand takes
three. Here each quantity is one recorded operation: NumPy computes it, as it does for tensors without derivatives, and
its first derivatives. For second derivatives, for the ends of the temperature, priors, torch.func and other devices
PyTorch computes everything.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from boltzmann._numerics import libraries, tensors
from boltzmann._numerics.numpy_scores import COPIED, standardise
from boltzmann._numerics.scores import Scores
from boltzmann.arrays import QUIET, Mask, Namespace, Weights

_FAR = 1e12
"""Beyond this size of temperatures and values derivatives need the care that ``traced_scores`` takes."""

Slope = Callable[[Scores, Any], tuple[Any, Callable[[], Any]]]


class Recorded:
    """Scores by NumPy, and what PyTorch needs to compute them itself; any other attribute is that of its own scores."""

    def __init__(self, plain: Scores, values: Any, temperature: Any, where: Any) -> None:
        self.plain, self.values, self.temperature = plain, values, temperature
        # Who writes to the tensors afterwards changes nothing.
        self._copies = tuple(part.detach().clone() if _is_tensor(part) else part for part in (values, temperature))
        self._where = where if where is None else np.array(where)

    @property
    def xp(self) -> Namespace:
        """The namespace of the values."""
        return libraries.torch_namespace()

    answer_xp = xp

    @property
    def origin(self) -> Any:
        """A tensor that derivatives are taken by."""
        return self.values if self.values.requires_grad else self.temperature

    @property
    def traced(self) -> Scores:
        """The scores by PyTorch."""
        # torch.func records what is computed under it, which must not be kept.
        if tensors.is_recording():
            return _standardised(self.values, self.temperature, self._where)
        if "_traced" not in self.__dict__:
            torch, held = sys.modules["torch"], _functions()[1]
            with torch.inference_mode(False), torch.enable_grad():
                values, temperature = (
                    held.apply(part, copy) if _is_tensor(part) else part
                    for part, copy in zip((self.values, self.temperature), self._copies, strict=True)
                )
                self._traced = _standardised(values, temperature, self._where)
        return self._traced

    @property
    def like_row(self) -> Any:
        """An array as users see rows, in their shape, dtype and library; its numbers have no meaning."""
        return self.plain.like_row

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.traced, name)


def recorded_scores(values: Any, temperature: Any, where: Mask, prior: Weights) -> Recorded | None:
    """Return the scores of tensors with derivatives; None where PyTorch has to compute."""
    torch: Any = sys.modules["torch"]
    if prior is not None or not tensors.is_at_hand(values) or not torch.is_grad_enabled():
        return None
    by_rows = _is_tensor(temperature)
    if not values.requires_grad and not (by_rows and temperature.requires_grad):
        return None
    if values.dtype not in (torch.float32, torch.float64) or not 0 < values.numel() <= COPIED or values.is_neg():
        return None
    T: Any = temperature
    if by_rows:
        if not tensors.is_at_hand(T) or T.is_neg() or T.shape not in ((), values.shape[:-1]):
            return None
        T = T.detach().numpy()
    elif not isinstance(T, float | int):
        return None
    if where is not None and not libraries.is_native(where):
        if not tensors.is_at_hand(where):
            return None
        where = libraries.to_numpy("where", where)
    plain = standardise(values.detach().numpy(), T, where, None, single_row=True)
    if plain.ends or not _is_within(plain.temperature, 1 / _FAR) or not _is_within(plain.peak, -_FAR):
        return None
    # A mask may have more rows than the values.
    if np.size(plain.values) != values.numel():
        return None
    plain.tensors = values.dtype
    return Recorded(plain, values, temperature, where)


def _is_within(number: Any, least: float) -> bool:
    if isinstance(number, float):
        return least <= number <= _FAR
    return bool(number.min() >= least and number.max() <= _FAR)


def _standardised(values: Any, temperature: Any, where: Any) -> Scores:
    from boltzmann._numerics.traced_scores import standardise_traceably

    return standardise_traceably(values, temperature, where, None)


def recorded_answer(scores: Recorded, quantity: Any) -> Any:
    """Compute a quantity as one operation that PyTorch records."""
    torch = sys.modules["torch"]
    if tensors.is_recording():
        return quantity.of(scores.traced)
    if quantity.slope is None or not torch.is_grad_enabled() or torch.is_inference_mode_enabled():
        return quantity.of(scores.plain)
    temperature = scores.temperature if _is_tensor(scores.temperature) else None
    return _functions()[0].apply(scores.values, temperature, scores, quantity)


def _is_tensor(part: Any) -> bool:
    return isinstance(part, sys.modules["torch"].Tensor)


@QUIET
def _slopes(scores: Recorded, slope: Slope, g: Any, wanted: tuple[bool, bool]) -> tuple[Any, Any]:
    """Return the wanted derivatives by values and temperature, for the derivative ``g`` by a quantity."""
    plain, numbers = scores.plain, g.detach().numpy()
    is_of_actions = numbers.ndim == scores.values.ndim
    by_values, by_temperature = slope(plain, _inner(plain, numbers) if is_of_actions else plain.from_rows(numbers))
    found: list[Any] = [None, None]
    if wanted[0]:
        found[0] = tensors.as_tensor(plain.action_answer(by_values), scores.values.dtype)
    if wanted[1]:
        T = scores.temperature
        found[1] = tensors.as_tensor(plain.row_answer(by_temperature()), T.dtype).sum_to_size(T.shape)
    return found[0], found[1]


def _inner(scores: Scores, entries: Any) -> Any:
    """Bring an array of all actions to the inner form."""
    if scores.batch is not None:
        return entries.reshape(-1)
    return np.moveaxis(entries, -1, 0) if scores.axis == 0 else entries


@cache
def _functions() -> tuple[Any, Any]:
    """Return the recorded operations; PyTorch is not imported before one of its tensors comes in."""
    torch: Any = sys.modules["torch"]

    class Answer(torch.autograd.Function):  # type: ignore[misc]
        """A quantity of values and temperature."""

        @staticmethod
        def forward(ctx: Any, values: Any, temperature: Any, scores: Recorded, quantity: Any) -> Any:
            """Compute the quantity by NumPy."""
            ctx.scores, ctx.quantity = scores, quantity
            return quantity.of(scores.plain)

        @staticmethod
        def backward(ctx: Any, g: Any) -> tuple[Any, ...]:
            """Return the derivatives by values and temperature."""
            scores, quantity = ctx.scores, ctx.quantity
            wanted = ctx.needs_input_grad[:2]
            if not torch.is_grad_enabled():
                return (*_slopes(scores, quantity.slope, g, wanted), None, None)
            # A second derivative is wanted.
            inputs = [part for part, needed in zip((scores.values, scores.temperature), wanted, strict=True) if needed]
            found = iter(torch.autograd.grad(quantity.of(scores.traced), inputs, g, create_graph=True))
            return (*(next(found) if needed else None for needed in wanted), None, None)

    class Held(torch.autograd.Function):  # type: ignore[misc]
        """The numbers that a tensor had, with its derivative."""

        @staticmethod
        def forward(ctx: Any, tensor: Any, copy: Any) -> Any:
            """Return the copy."""
            return copy.view_as(copy)

        @staticmethod
        def backward(ctx: Any, g: Any) -> tuple[Any, None]:
            """Return the derivative by the tensor."""
            return g, None

    return Answer, Held
