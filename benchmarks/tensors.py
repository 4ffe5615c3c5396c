"""One action from each row of a tensor, beside PyTorch's own ways: ``python -m benchmarks.tensors``; it needs PyTorch.

Float32 values on the CPU at T = 0.5, one thread; each form as a user would write it.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np

from benchmarks.timing import compare
from boltzmann import Boltzmann

SHAPES = ((1, 4), (64, 18), (1024, 10))
POLICY = Boltzmann(0.5)


def forms(shape: tuple[int, int]) -> dict[str, Any]:
    """Give what is compared, each drawing an action a row."""
    import torch

    values = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    wanted = values.clone().requires_grad_()
    generator, rng = torch.Generator().manual_seed(1), np.random.default_rng(1)
    return {
        "here, no derivative": lambda: POLICY(values).sample(generator),
        "here, with derivatives": lambda: POLICY(wanted).sample(generator),
        "here, by .numpy()": lambda: POLICY(values.numpy()).sample(rng),
        "torch Categorical": lambda: torch.distributions.Categorical(logits=values / 0.5).sample(),
        "softmax, multinomial": lambda: torch.multinomial(torch.softmax(values / 0.5, -1), 1, generator=generator),
    }


def measure(rounds: int = 15) -> dict[tuple[int, int], dict[str, float]]:
    """Give the median microseconds of every form at every shape, timed in turn."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        # The first calls load what the later ones find, and would be taken for what a call costs.
        for form in forms(SHAPES[0]).values():
            form()
        times = {shape: compare(forms(shape), rounds=rounds) for shape in SHAPES}
    finally:
        torch.set_num_threads(threads)
    return {
        shape: {name: 1e6 * statistics.median(found) for name, found in timed.items()} for shape, timed in times.items()
    }


def main() -> None:
    """Measure and print."""
    found = measure()
    print(" ".join(["values".rjust(12), *(name.rjust(24) for name in next(iter(found.values())))]))
    for shape, row in found.items():
        print(" ".join([str(shape).rjust(12), *(f"{taken:24.1f}" for taken in row.values())]))


if __name__ == "__main__":
    main()
