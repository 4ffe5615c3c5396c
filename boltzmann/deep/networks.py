"""Networks of R replicates at once: every parameter has the replicates as its first axis.

``network.build(rng, replicates, shape, actions)`` returns the first parameters and a pure function of parameters and
observations, (R, B, ...) to values (R, B, K). Parameters are drawn from a Generator, so PyTorch's seed stays as it is.
Any ``torch.nn.Module`` serves by :class:`Modules`. R counts replicates, B the observations of each, K actions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import numpy as np
import torch
from torch import Tensor

from boltzmann import checks
from boltzmann.bounds import Each, Whole
from boltzmann.notation import Expression

Parameters = Sequence[Tensor]
Forward = Callable[[Parameters, Tensor], Tensor]
Shape = tuple[int, ...]

SIZES = Each(Whole(1))


class Network(Protocol):
    """A network of R replicates."""

    def build(
        self, rng: np.random.Generator, replicates: int, shape: Shape, actions: int
    ) -> tuple[list[Tensor], Forward]:
        """Return drawn parameters, each of shape (R, ...), and the function of parameters and observations."""


@dataclass(frozen=True, repr=False)
class Dense(Expression):
    """Layers of rectified units on all numbers of an observation.

    Parameters
    ----------
    hidden : tuple of int
        Units of each hidden layer, each at least 1.

    Examples
    --------
    >>> parameters, forward = Dense((64, 32)).build(np.random.default_rng(0), 5, (10, 5), 3)
    >>> [tuple(weights.shape) for weights in parameters[::2]]
    [(5, 50, 64), (5, 64, 32), (5, 32, 3)]
    >>> forward(parameters, torch.zeros(5, 8, 10, 5)).shape
    torch.Size([5, 8, 3])
    """

    hidden: Annotated[Shape, SIZES] = (64, 64)

    def build(
        self, rng: np.random.Generator, replicates: int, shape: Shape, actions: int
    ) -> tuple[list[Tensor], Forward]:
        """Return drawn parameters, each of shape (R, ...), and the function of parameters and observations."""
        return _dense_layers(rng, replicates, (math.prod(shape), *self.hidden, actions)), _dense


@dataclass(frozen=True, repr=False)
class Convolutional(Expression):
    """One layer of filters on a picture with its channels last, then dense layers.

    With 16 filters of size 3 and 128 units it is the network of Young & Tian, "MinAtar", 2019, section 3.

    Parameters
    ----------
    filters : int
        At least 1.
    size : int
        Height and width of the filters, at least 1 and at most those of the picture.
    hidden : tuple of int
        Units of each dense hidden layer, each at least 1.

    Examples
    --------
    >>> parameters, forward = Convolutional().build(np.random.default_rng(0), 2, (10, 10, 4), 6)
    >>> forward(parameters, torch.zeros(2, 8, 10, 10, 4)).shape
    torch.Size([2, 8, 6])
    """

    filters: Annotated[int, Whole(1)] = 16
    size: Annotated[int, Whole(1)] = 3
    hidden: Annotated[Shape, SIZES] = (128,)

    def build(
        self, rng: np.random.Generator, replicates: int, shape: Shape, actions: int
    ) -> tuple[list[Tensor], Forward]:
        """Return drawn parameters, each of shape (R, ...), and the function of parameters and observations."""
        if len(shape) != 3 or min(shape[:2]) < self.size:
            raise ValueError(
                f"observations must be of shape (height, width, channels), of at least size={self.size}, got {shape}"
            )
        height, width, channels = shape
        seen = (height - self.size + 1) * (width - self.size + 1) * self.filters
        filters = _dense_layers(rng, replicates, (channels * self.size**2, self.filters))
        return [*filters, *_dense_layers(rng, replicates, (seen, *self.hidden, actions))], self._filtered

    def _filtered(self, parameters: Parameters, observations: Tensor) -> Tensor:
        weights, biases, *others = parameters
        patches = observations.unfold(2, self.size, 1).unfold(3, self.size, 1)
        units = torch.baddbmm(biases, patches.reshape(len(weights), -1, weights.shape[1]), weights).relu()
        return _dense(others, units.reshape(*observations.shape[:2], -1))


@dataclass(frozen=True, repr=False)
class Modules(Expression):
    """A ``torch.nn.Module`` for each replicate, all computed by one ``torch.func.vmap``.

    PyTorch draws the first parameters, from a seed that the Generator draws; its own generator is left as it was.

    Parameters
    ----------
    make : callable
        ``make(shape, actions)`` returns a module from observations (B, ...) to values (B, K), without buffers such as
        those of batch normalisation. In an experiment it has to be a dataclass, so that it can be written down.

    Examples
    --------
    >>> def linear(shape, actions):
    ...     return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(math.prod(shape), actions))
    >>> parameters, forward = Modules(linear).build(np.random.default_rng(0), 2, (10, 5), 3)
    >>> forward(parameters, torch.zeros(2, 8, 10, 5)).shape
    torch.Size([2, 8, 3])
    """

    make: Callable[[Shape, int], torch.nn.Module]

    def build(
        self, rng: np.random.Generator, replicates: int, shape: Shape, actions: int
    ) -> tuple[list[Tensor], Forward]:
        """Return drawn parameters, each of shape (R, ...), and the function of parameters and observations."""
        with torch.random.fork_rng(devices=()):
            torch.random.default_generator.manual_seed(int(rng.integers(2**63)))
            modules = [self.make(shape, actions) for _ in range(replicates)]
        parameters, buffers = torch.func.stack_module_state(modules)
        if buffers:
            raise ValueError(f"make must return modules without buffers, got {checks.shown(sorted(buffers))}")
        names, skeleton = tuple(parameters), modules[0].to("meta")

        def one(row: Parameters, seen: Tensor) -> Any:
            return torch.func.functional_call(skeleton, dict(zip(names, row, strict=True)), (seen,))

        def forward(stacked: Parameters, observations: Tensor) -> Tensor:
            values: Tensor = torch.vmap(one)(list(stacked), observations)
            return values

        return [part.detach() for part in parameters.values()], forward


def _dense_layers(rng: np.random.Generator, replicates: int, sizes: Shape) -> list[Tensor]:
    """Draw weights and biases of layers evenly within 1 / sqrt(inputs), as PyTorch's own layers do."""
    drawn = []
    for inputs, outputs in itertools.pairwise(sizes):
        bound = 1 / math.sqrt(inputs)
        for rows in (inputs, 1):
            numbers = rng.uniform(-bound, bound, (replicates, rows, outputs))
            drawn.append(torch.from_numpy(numbers.astype(np.float32)))
    return drawn


def _dense(parameters: Parameters, observations: Tensor) -> Tensor:
    units, last = observations.flatten(2), len(parameters) // 2 - 1
    for number, (weights, biases) in enumerate(zip(parameters[::2], parameters[1::2], strict=True)):
        units = torch.baddbmm(biases, units, weights)
        units = units if number == last else units.relu()
    return units
