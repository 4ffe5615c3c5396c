"""One action from each row of a tensor, beside PyTorch's own ways: ``python -m benchmarks.tensors`` (needs PyTorch).

Float32 values on the CPU at T = 0.5, one thread; each form as a user would write it.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np

from benchmarks.timing import compare
from boltzmann import Boltzmann

SHAPES = ((1, 4), (64, 18), (1024, 10))
T = 0.5
POLICY = Boltzmann(T)


def forms(shape: tuple[int, int]) -> dict[str, Any]:
    """Return the compared forms; each draws an action for each row."""
    import torch

    values = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    with_gradient = values.clone().requires_grad_()
    generator, rng = torch.Generator().manual_seed(1), np.random.default_rng(1)
    return {
        "here, no derivative": lambda: POLICY(values).sample(generator),
        "here, with derivatives": lambda: POLICY(with_gradient).sample(generator),
        "here, by .numpy()": lambda: POLICY(values.numpy()).sample(rng),
        "torch Categorical": lambda: torch.distributions.Categorical(logits=values / T).sample(),
        "softmax, multinomial": lambda: torch.multinomial(torch.softmax(values / T, -1), 1, generator=generator),
    }


def measure(rounds: int = 15) -> dict[tuple[int, int], dict[str, float]]:
    """Return the median microseconds of every form at every shape, timed in turn."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        # The first calls load modules, which would distort the number of repeats.
        for form in forms(SHAPES[0]).values():
            form()
        times = {shape: compare(forms(shape), rounds=rounds) for shape in SHAPES}
    finally:
        torch.set_num_threads(threads)
    return {
        shape: {name: 1e6 * statistics.median(seconds) for name, seconds in timed.items()}
        for shape, timed in times.items()
    }


def main() -> None:
    """Measure and print."""
    times = measure()
    print(" ".join(["values".rjust(12), *(name.rjust(24) for name in next(iter(times.values())))]))
    for shape, row in times.items():
        print(" ".join([str(shape).rjust(12), *(f"{microseconds:24.1f}" for microseconds in row.values())]))


if __name__ == "__main__":
    main()
