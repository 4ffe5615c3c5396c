"""What large softmaxes learn in equal steps, beside PyTorch's: ``python -m benchmarks.large_learning`` (needs PyTorch).

Actions are drawn from a softmax over features, with frequencies that fall as 1/k. One hidden layer and each output
layer learn by Adam from the same batches; the loss is that of new rows, beside the entropy of the law itself.
"""

from __future__ import annotations

from time import process_time
from typing import Any

import numpy as np

RANK = 8
WIDTHS = (48, 12, 4)


def sizes_of(actions: int) -> list[int]:
    """Return the sizes of three blocks, of a twentieth, a quarter and the rest of the actions."""
    return [actions // 20, actions // 4, actions - actions // 20 - actions // 4]


def layers(actions: int) -> dict[str, Any]:
    """Return the output layers by name; each returns the log-probabilities of actions."""
    import torch

    from boltzmann.large import modules

    width, sizes = sum(WIDTHS), sizes_of(actions)

    class Full(torch.nn.Linear):  # type: ignore[misc, unused-ignore]
        """All logits."""

        def forward(self, features: Any, chosen: Any) -> Any:
            """Return the log-probabilities of actions."""
            return super().forward(features).log_softmax(-1).gather(1, chosen[:, None])[:, 0]

    class Adaptive(torch.nn.AdaptiveLogSoftmaxWithLoss):  # type: ignore[misc, unused-ignore]
        """PyTorch's adaptive softmax."""

        def forward(self, features: Any, chosen: Any) -> Any:
            """Return the log-probabilities of actions."""
            return super().forward(features, chosen).output

    return {
        "all logits": Full(width, actions),
        "torch's adaptive softmax": Adaptive(width, actions, [sizes[0], sizes[0] + sizes[1]]),
        "BlockSoftmaxModule": modules.BlockSoftmaxModule(sizes, WIDTHS),
        "DifferentiatedSoftmaxModule": modules.DifferentiatedSoftmaxModule(sizes, WIDTHS),
        "HierarchicalSoftmaxModule": modules.HierarchicalSoftmaxModule(
            actions, width, frequencies=1 / np.arange(1, actions + 1)
        ),
    }


def learn(actions: int = 5000, steps: int = 1000, batch: int = 256) -> tuple[float, dict[str, tuple[float, float]]]:
    """Return the entropy of the law, and the loss and the processor milliseconds a step of each layer."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    width = sum(WIDTHS)
    seen = torch.randn(width, RANK, generator=generator) / width**0.5
    answers = torch.randn(RANK, actions, generator=generator)
    prior = -torch.arange(1, actions + 1).log()

    def rows(count: int) -> tuple[Any, Any, Any]:
        features = torch.randn(count, width, generator=generator)
        log_probs = (prior + features @ seen @ answers).log_softmax(-1)
        return features, torch.multinomial(log_probs.exp(), 1, generator=generator)[:, 0], log_probs

    batches = [rows(batch)[:2] for _ in range(steps)]
    features, chosen, log_probs = rows(16 * batch)
    entropy = float(-(log_probs.exp() * log_probs).sum(-1).mean())
    results = {}
    try:
        for name, layer in layers(actions).items():
            results[name] = _learnt(torch, layer, batches, features, chosen)
    finally:
        torch.set_num_threads(threads)
    return entropy, results


def _learnt(torch: Any, layer: Any, batches: list[tuple[Any, Any]], features: Any, chosen: Any) -> tuple[float, float]:
    hidden = torch.nn.Linear(features.shape[1], features.shape[1])
    with torch.no_grad():
        # The same start for all, which draws nothing from PyTorch's own generator.
        hidden.weight[:] = torch.eye(features.shape[1])
    adam = torch.optim.Adam([*hidden.parameters(), *layer.parameters()], lr=5e-3)
    start = process_time()
    for number, (rows, actions) in enumerate(batches):
        adam.param_groups[0]["lr"] = 5e-3 * (1 - number / len(batches))
        adam.zero_grad()
        (-layer(hidden(rows), actions).mean()).backward()
        adam.step()
    seconds = process_time() - start
    with torch.no_grad():
        return float(-layer(hidden(features), chosen).mean()), 1000 * seconds / len(batches)


def main() -> None:
    """Measure and print."""
    entropy, results = learn()
    print(f"entropy of the law {entropy:.4f}")
    for name, (loss, milliseconds) in results.items():
        print(f"{name:30} loss {loss:.4f}   {milliseconds:7.1f} ms a step")


if __name__ == "__main__":
    main()
