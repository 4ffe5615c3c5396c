"""The randomness of other libraries, in the form that NumPy's code draws from."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.arrays import Floats, Namespace, Rng


class TorchRandom:
    """A ``torch.Generator`` with the methods of NumPy's generators that the draws use; all numbers are float64."""

    def __init__(self, rng: Rng) -> None:
        self._rng: Any = rng

    def random(self, shape: tuple[int, ...] = ()) -> Floats:
        """Draw uniforms in [0, 1)."""
        with libraries.transforms_off():
            return libraries.torch_uniforms(self._rng, shape).cpu().numpy()  # type: ignore[no-any-return]

    def standard_exponential(self, shape: tuple[int, ...]) -> Floats:
        """Draw exponentials of mean 1."""
        # PyTorch's own exponentials take a seed of 31 bits on some machines.
        return np.asarray(-np.log1p(-self.random(shape)))

    def standard_normal(self, shape: tuple[int, ...]) -> Floats:
        """Draw normals of mean 0 and variance 1."""
        torch, rng = sys.modules["torch"], self._rng
        with libraries.transforms_off():
            drawn = torch.randn(shape, generator=rng, dtype=torch.float64, device=rng.device)
            return drawn.cpu().numpy()  # type: ignore[no-any-return]


def as_numpys(xp: Namespace, rng: Any) -> Any:
    """Return the randomness of a library as NumPy's generator, or as an object with its methods.

    A JAX key must be known; it gives the same numbers each time. TypeError if ``rng`` belongs to another library.
    """
    if libraries.is_torch(xp):
        return TorchRandom(libraries.torch_generator(rng))
    if libraries.is_jax(xp):
        # A counter-based generator needs no more than a key, as JAX's own does, and draws float64.
        words = np.asarray(sys.modules["jax"].random.bits(libraries.jax_key(rng), (4,), "uint32"))
        return np.random.Generator(np.random.Philox(key=words.view(np.uint64)))
    if not isinstance(rng, np.random.Generator):
        raise checks.no_generator(rng)
    return rng
