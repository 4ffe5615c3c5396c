"""What a law is called with: numbers, arrays of them or symbols, by name, and the functions of numbers."""

from __future__ import annotations

from typing import Protocol


class Number(Protocol):
    """A number of a law, or a truth value, with the usual operators."""

    def __add__(self, other: object, /) -> Number: ...

    def __radd__(self, other: object, /) -> Number: ...

    def __sub__(self, other: object, /) -> Number: ...

    def __rsub__(self, other: object, /) -> Number: ...

    def __mul__(self, other: object, /) -> Number: ...

    def __rmul__(self, other: object, /) -> Number: ...

    def __truediv__(self, other: object, /) -> Number: ...

    def __rtruediv__(self, other: object, /) -> Number: ...

    def __pow__(self, other: object, /) -> Number: ...

    def __and__(self, other: object, /) -> Number: ...

    def __rand__(self, other: object, /) -> Number: ...

    def __or__(self, other: object, /) -> Number: ...

    def __ror__(self, other: object, /) -> Number: ...

    def __xor__(self, other: object, /) -> Number: ...

    def __lt__(self, other: object, /) -> Number: ...

    def __le__(self, other: object, /) -> Number: ...

    def __gt__(self, other: object, /) -> Number: ...

    def __ge__(self, other: object, /) -> Number: ...

    def __eq__(self, other: object, /) -> Number: ...  # type: ignore[override]

    def __ne__(self, other: object, /) -> Number: ...  # type: ignore[override]

    def __neg__(self) -> Number: ...

    def __invert__(self) -> Number: ...


class Named(Protocol):
    """Numbers by name, as attributes: those of an action, of a row, or of an entry of a table."""

    def __getattr__(self, name: str) -> Number: ...


class Functions(Protocol):
    """The functions of numbers that a law may call, ``m``.

    Attributes
    ----------
    tiny, eps : float
        The smallest normal float, and the spacing of floats at 1.
    """

    tiny: float
    eps: float

    def where(self, condition: object, this: object, other: object, /) -> Number:
        """Return this where the condition holds, else the other."""

    def maximum(self, this: object, other: object, /) -> Number:
        """Return the larger number."""

    def minimum(self, this: object, other: object, /) -> Number:
        """Return the smaller number."""

    def hypot(self, this: object, other: object, /) -> Number:
        """Return the root of the sum of squares."""

    def exp(self, x: object, /) -> Number:
        """Return the exponential."""

    def log(self, x: object, /) -> Number:
        """Return the logarithm."""

    def log1p(self, x: object, /) -> Number:
        """Return log(1 + x)."""

    def expm1(self, x: object, /) -> Number:
        """Return exp(x) - 1."""

    def sqrt(self, x: object, /) -> Number:
        """Return the root."""

    def cos(self, x: object, /) -> Number:
        """Return the cosine."""

    def tanh(self, x: object, /) -> Number:
        """Return the hyperbolic tangent."""

    def abs(self, x: object, /) -> Number:
        """Return the size without its sign."""

    def floor(self, x: object, /) -> Number:
        """Return the largest whole number up to x."""

    def isfinite(self, x: object, /) -> Number:
        """Return whether x is neither infinite nor NaN."""
