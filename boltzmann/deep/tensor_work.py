"""What deep learners need of spaces, devices, threads and gradients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from gymnasium.spaces import Box, Discrete, Space
from torch import Tensor

from boltzmann import checks


def shape_of(space: Space[Any]) -> tuple[tuple[int, ...], int]:
    """Return the shape of an observation as a network sees it, and the number of states, 0 for a box."""
    if isinstance(space, Discrete) and space.start == 0:
        return (int(space.n),), int(space.n)
    if isinstance(space, Box):
        return space.shape, 0
    raise TypeError(
        f"observation_space must be a Box, or Discrete from 0, got {space}: wrap the environment in "
        "gymnasium.wrappers.FlattenObservation"
    )


def device_named(name: str) -> torch.device:
    """Return a device of PyTorch, after a check that it is there."""
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"device must be one that PyTorch finds, got {checks.shown(name)}: {error}") from error


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread, and leave the number of threads as it was."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def at(values: Tensor, actions: Tensor) -> Tensor:
    """Return the value of one action of each row, values of shape (..., K)."""
    return values.gather(-1, actions.unsqueeze(-1)).squeeze(-1)


def shorten(parameters: list[Tensor], largest: float) -> None:
    """Shorten the gradient of each replicate to a length of at most ``largest``."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    squares = torch.stack([gradient.flatten(1).square().sum(1) for gradient in gradients]).sum(0)
    factors = (largest / squares.sqrt().clamp(min=1e-12)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factors.reshape(-1, *[1] * (gradient.ndim - 1)))
