"""Softmaxes over blocks of actions as PyTorch modules, computed block by block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from boltzmann.large.hierarchy import DifferentiatedSoftmax


class DifferentiatedSoftmaxModule(torch.nn.Module):  # type: ignore[misc, unused-ignore]
    """The output layer of a network, with long feature vectors for frequent actions.

    See :class:`boltzmann.large.DifferentiatedSoftmax`.

    Parameters
    ----------
    sizes : sequence of int
        The number of actions in each block, at least 1.
    widths : sequence of int
        The number of features of each block, at least 1.

    Attributes
    ----------
    blocks : torch.nn.ModuleList of torch.nn.Linear
        Weights and biases of each block, drawn as PyTorch draws those of any linear layer.

    Examples
    --------
    >>> module = DifferentiatedSoftmaxModule([2, 3], [4, 1])
    >>> module.all_log_probs(torch.zeros(7, 5)).shape
    torch.Size([7, 5])
    """

    def __init__(self, sizes: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__()
        # The plain form has the checks and the places of the blocks.
        plain = DifferentiatedSoftmax(sizes, widths)
        self.actions, self.features, self.widths = plain.actions, plain.features, [*plain.widths]
        shapes = zip(plain.widths, plain.sizes, strict=True)
        self.blocks = torch.nn.ModuleList([torch.nn.Linear(width, size) for width, size in shapes])

    def log_prob(self, features: Tensor, actions: Tensor) -> Tensor:
        """Return the log-probabilities of actions, shape (B,), given features, shape (B, d)."""
        self._require(features, actions)
        own, sums, first = features.new_zeros(len(features)), [], 0
        for logits in self._logits(features):
            inside = (actions >= first) & (actions < first + logits.shape[1])
            index = torch.where(inside, actions - first, 0)[:, None]
            own = own + torch.where(inside, logits.gather(1, index)[:, 0], 0.0)
            sums.append(logits.logsumexp(-1))
            first += logits.shape[1]
        return own - torch.stack(sums, dim=-1).logsumexp(-1)

    def forward(self, features: Tensor, actions: Tensor) -> Tensor:
        """Return :meth:`log_prob`."""
        return self.log_prob(features, actions)

    @torch.no_grad()  # type: ignore[untyped-decorator, unused-ignore]
    def sample(self, generator: Any, features: Tensor) -> Tensor:
        """Draw an action for each row of features, shape (B, d): a block, and an action of that block alone."""
        if not isinstance(generator, torch.Generator):
            raise TypeError(f"generator must be a torch.Generator, got {generator!r}")
        self._require_features(features)
        chosen = torch.multinomial(self._block_weights(features), 1, generator=generator)[:, 0]
        drawn, first = torch.zeros_like(chosen), 0
        for number, (block, part) in enumerate(zip(self.blocks, features.split(self.widths, dim=-1), strict=True)):
            (rows,) = (chosen == number).nonzero(as_tuple=True)
            if len(rows):
                uniforms = torch.rand(len(rows), 1, generator=generator, dtype=torch.float64)
                below = block(part[rows]).double().softmax(-1).cumsum(-1)
                inner = torch.searchsorted(below, uniforms.to(below.device) * below[:, -1:], right=True)[:, 0]
                drawn[rows] = first + inner
            first += block.out_features
        return drawn

    def all_log_probs(self, features: Tensor) -> Tensor:
        """Return the log-probability of every action, shape (B, K), given features, shape (B, d)."""
        return torch.cat([*self._logits(features)], dim=-1).log_softmax(-1)

    def _block_weights(self, features: Tensor) -> Tensor:
        """Return the probability of each block, shape (B, blocks)."""
        sums = torch.stack([logits.logsumexp(-1) for logits in self._logits(features)], dim=-1)
        return sums.double().softmax(-1)

    def _logits(self, features: Tensor) -> Any:
        self._require_features(features)
        for block, part in zip(self.blocks, features.split(self.widths, dim=-1), strict=True):
            yield block(part)

    def _require_features(self, features: Tensor) -> None:
        if features.ndim != 2 or features.shape[1] != self.features:
            raise ValueError(f"features must have shape (B, {self.features}), got {tuple(features.shape)}")

    def _require(self, features: Tensor, actions: Tensor) -> None:
        self._require_features(features)
        if tuple(actions.shape) != tuple(features.shape[:1]) or actions.is_floating_point():
            raise ValueError(f"actions must be integers of shape ({len(features)},), got {tuple(actions.shape)}")
        if len(actions) and not 0 <= int(actions.min()) <= int(actions.max()) < self.actions:
            raise ValueError(f"actions must be in [0, {self.actions}), got {actions.min()} to {actions.max()}")


class BlockSoftmaxModule(DifferentiatedSoftmaxModule):
    """The output layer of a network that chooses a block and then an action of it alone.

    See :class:`boltzmann.large.BlockSoftmax`.

    Parameters
    ----------
    sizes, widths : sequence of int
        As for :class:`DifferentiatedSoftmaxModule`.

    Attributes
    ----------
    blocks : torch.nn.ModuleList of torch.nn.Linear
        Weights and biases of each block.
    above : torch.nn.Linear
        Those of the choice between blocks, which has all features.

    Examples
    --------
    >>> module = BlockSoftmaxModule([2, 3], [4, 1])
    >>> module.all_log_probs(torch.zeros(7, 5)).exp().sum(-1).shape
    torch.Size([7])
    """

    def __init__(self, sizes: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__(sizes, widths)
        self.above = torch.nn.Linear(self.features, len(self.widths))

    def log_prob(self, features: Tensor, actions: Tensor) -> Tensor:
        """Return the log-probabilities of actions, shape (B,), given features, shape (B, d)."""
        self._require(features, actions)
        result, first = torch.zeros_like(features[:, 0]), 0
        above = self.above(features).log_softmax(-1)
        for number, (block, part) in enumerate(zip(self.blocks, features.split(self.widths, dim=-1), strict=True)):
            (rows,) = ((actions >= first) & (actions < first + block.out_features)).nonzero(as_tuple=True)
            within = block(part[rows]).log_softmax(-1)
            chosen = within.gather(1, (actions[rows] - first)[:, None])[:, 0]
            result = result.index_add(0, rows, chosen + above[rows, number])
            first += block.out_features
        return result

    def all_log_probs(self, features: Tensor) -> Tensor:
        """Return the log-probability of every action, shape (B, K), given features, shape (B, d)."""
        above = self.above(features).log_softmax(-1)[..., None]
        parts = [logits.log_softmax(-1) + above[:, number] for number, logits in enumerate(self._logits(features))]
        return torch.cat(parts, dim=-1)

    def _block_weights(self, features: Tensor) -> Tensor:
        return self.above(features).double().softmax(-1)
