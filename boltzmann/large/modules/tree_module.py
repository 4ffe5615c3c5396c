"""Hierarchical softmax as a PyTorch module: derivatives by autograd, the same tree as in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from boltzmann.large.hierarchy import HierarchicalSoftmax


class HierarchicalSoftmaxModule(torch.nn.Module):  # type: ignore[misc, unused-ignore]
    """The output layer of a network with K actions, K large: see :class:`boltzmann.large.HierarchicalSoftmax`.

    Parameters
    ----------
    actions, features : int
        K of at least 1 and d of at least 0.
    tree, frequencies
        As for :class:`boltzmann.large.HierarchicalSoftmax`.
    sparse : bool
        Whether the derivatives of the parameters are sparse tensors, as of ``torch.nn.Embedding``: an update then takes
        time for the paths alone. ``torch.optim.SGD`` and ``SparseAdam`` take them.

    Attributes
    ----------
    parameters_of_nodes : torch.nn.Embedding
        The weights of each inner node and, behind them, its bias; 0 at first.

    Examples
    --------
    >>> module = HierarchicalSoftmaxModule(4, 2)
    >>> module.log_prob(torch.ones(1, 2), torch.tensor([3])).exp()
    tensor([0.2500], grad_fn=<ExpBackward0>)
    """

    def __init__(
        self,
        actions: int,
        features: int,
        *,
        tree: str = "balanced",
        frequencies: ArrayLike | None = None,
        sparse: bool = False,
    ) -> None:
        super().__init__()
        # Only the tree is taken; its own parameters are those of a distribution without features.
        plain = HierarchicalSoftmax(actions, 0, tree=tree, frequencies=frequencies)
        self.actions, self.features, self.depth, self.tree = plain.actions, features, plain.depth, plain.tree
        self.parameters_of_nodes = torch.nn.Embedding(max(self.actions - 1, 1), features + 1, sparse=sparse)
        torch.nn.init.zeros_(self.parameters_of_nodes.weight)

    def log_prob(self, features: Tensor, actions: Tensor) -> Tensor:
        """Return the log-probabilities of actions, shape (B,), given features, shape (B, d)."""
        self._require(features)
        chosen = actions.detach().cpu().numpy()
        if chosen.shape != tuple(features.shape[:1]) or chosen.dtype.kind not in "iu":
            raise ValueError(f"actions must be integers of shape ({len(features)},), got {tuple(actions.shape)}")
        if len(chosen) and not 0 <= int(chosen.min()) <= int(chosen.max()) < self.actions:
            raise ValueError(f"actions must be in [0, {self.actions}), got {chosen.min()} to {chosen.max()}")
        paths = self.tree.paths(chosen.astype(np.int64))
        nodes = torch.as_tensor(np.maximum(paths.nodes, 0), device=features.device)
        turns = torch.as_tensor(paths.turns, device=features.device).to(features.dtype)
        logits = self._logits(features, self.parameters_of_nodes(nodes))
        return torch.where(turns != 0, torch.nn.functional.logsigmoid(turns * logits), 0.0).sum(-1)

    def forward(self, features: Tensor, actions: Tensor) -> Tensor:
        """Return :meth:`log_prob`."""
        return self.log_prob(features, actions)

    @torch.no_grad()  # type: ignore[untyped-decorator, unused-ignore]
    def sample(self, generator: Any, features: Tensor) -> Tensor:
        """Draw an action for each row of features, shape (B, d), by one uniform of a ``torch.Generator`` each."""
        self._require(features)
        if not isinstance(generator, torch.Generator):
            raise TypeError(f"generator must be a torch.Generator, got {generator!r}")
        uniforms = torch.rand(len(features), generator=generator, dtype=torch.float64, device=generator.device)
        uniforms = uniforms.to(features.device)
        node = torch.zeros(len(features), dtype=torch.int64, device=features.device)
        drawn = torch.zeros_like(node)
        rows = torch.arange(len(features), device=features.device)
        in_order = torch.as_tensor(self.tree.actions_in_order, device=features.device)
        for level in self.tree.levels:
            at_leaf = node < level.leaves
            drawn[rows[at_leaf]] = in_order[level.leaves_before + node[at_leaf]]
            rows, node, uniforms = rows[~at_leaf], node[~at_leaf] - level.leaves, uniforms[~at_leaf]
            here = self.parameters_of_nodes.weight[level.inner_before + node]
            first = torch.sigmoid(-self._logits(features[rows], here[:, None])[:, 0].double())
            second = uniforms >= first
            uniforms = torch.where(second, (uniforms - first) / (1 - first), uniforms / first)
            # Rounding may lift a uniform to 1, and no side of probability 0 is ever taken.
            uniforms, node = uniforms.clamp(0, 1 - 2**-53), 2 * node + second
        return drawn

    def all_log_probs(self, features: Tensor) -> Tensor:
        """Return the log-probability of every action, shape (B, K), given features, shape (B, d)."""
        self._require(features)
        sigmoid = torch.nn.functional.logsigmoid
        logits = self._logits(features, self.parameters_of_nodes.weight[None])
        inner, leaves = torch.zeros_like(features[:, :1].sum(-1, keepdim=True)), []
        for level in self.tree.levels:
            leaves.append(inner[:, : level.leaves])
            here = logits[:, level.inner_before : level.inner_before + level.inner]
            above = inner[:, level.leaves :]
            inner = torch.stack([above + sigmoid(-here), above + sigmoid(here)], dim=-1).flatten(1)
        order = torch.as_tensor(np.argsort(self.tree.actions_in_order), device=features.device)
        return torch.cat(leaves, dim=-1)[:, order]

    def _logits(self, features: Tensor, parameters: Tensor) -> Tensor:
        """Return the logits of nodes, shape (B, D), from their parameters, shape (B, D, d + 1) or (1, D, d + 1)."""
        return (parameters[..., :-1] * features[:, None]).sum(-1) + parameters[..., -1]

    def _require(self, features: Tensor) -> None:
        if features.ndim != 2 or features.shape[1] != self.features:
            raise ValueError(f"features must have shape (B, {self.features}), got {tuple(features.shape)}")
