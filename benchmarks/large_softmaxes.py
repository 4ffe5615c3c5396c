"""Ragged rows, softmaxes of a million actions and candidate losses: ``python -m benchmarks.large_softmaxes``.

Ratios of processor time of one thread, both sides timed in turn, beside a full softmax with a mask or with all logits.
Where PyTorch is installed, its adaptive softmax is measured too.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import partial
from time import process_time
from typing import Any

import numpy as np

from agents import SampleAverage, TreeAverage
from benchmarks.timing import compare, ratios
from boltzmann import Boltzmann, Gibbs, Transition
from boltzmann.arrays import Floats
from boltzmann.experiments.engine import keep_freed_memory
from boltzmann.large import (
    Alias,
    DifferentiatedSoftmax,
    HierarchicalSoftmax,
    LogUniform,
    OwnSoftmax,
    RaggedGibbs,
    sampled_log_loss,
)
from envs import CatalogueBanditVector

Ratios = dict[str, tuple[float, float, float]]
"""Lower quartile, median and upper quartile of how many times faster ours is."""


def faster(pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]], rounds: int) -> Ratios:
    """Return how many times longer the second function of each pair takes than the first."""
    found = {}
    for name, (ours, theirs) in pairs.items():
        times = compare({"ours": ours, "theirs": theirs}, rounds=rounds, clock=process_time)
        found[name] = ratios(times, "theirs", "ours")
    return found


def ragged(rows: int = 10_000, actions: int = 1000, legal: int = 8, rounds: int = 9) -> Ratios:
    """Compare ragged rows with a dense array and its mask."""
    rng = np.random.default_rng(0)
    values, mask = rng.normal(size=(rows, actions)), np.zeros((rows, actions), dtype=np.bool_)
    np.put_along_axis(mask, rng.random((rows, actions)).argpartition(legal, axis=1)[:, :legal], True, axis=1)
    data, indptr = values[mask], np.arange(rows + 1) * legal
    # As every run does: otherwise each large array is fetched from the system anew.
    keep_freed_memory()
    return faster(
        {
            "draw": (
                lambda: RaggedGibbs(data, indptr, 0.5).sample(rng),
                lambda: Gibbs(values, 0.5, where=mask).sample(rng),
            ),
            "probabilities": (
                lambda: RaggedGibbs(data, indptr, 0.5).probs,
                lambda: Gibbs(values, 0.5, where=mask).probs,
            ),
            "log-partition": (
                lambda: RaggedGibbs(data, indptr, 0.5).log_partition,
                lambda: Gibbs(values, 0.5, where=mask).log_partition,
            ),
        },
        rounds,
    )


def hierarchical(
    actions: int = 10**6, features: int = 64, batch: int = 1000, full_batch: int = 10, rounds: int = 5
) -> Ratios:
    """Compare a tree with all logits, for a single row and for a row of a batch."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(actions, features)) / 8
    rows, chosen = rng.normal(size=(batch, features)), rng.integers(actions, size=batch)
    row, one, few = rows[0], int(chosen[0]), rows[:full_batch]
    found = {}
    for name, frequencies in (("balanced", None), ("Huffman", 1 / np.arange(1, actions + 1))):
        tree = HierarchicalSoftmax(actions, features, frequencies=frequencies)
        tree.weights[:] = rng.normal(size=tree.weights.shape) / 8

        def full(few: Floats = few) -> Gibbs:
            return Gibbs(few @ matrix.T)

        measured = faster(
            {
                "log_prob": (partial(tree.log_prob, row, one), lambda: Gibbs(matrix @ row).log_probs[one]),
                "draw": (partial(tree.sample, rng, row), lambda: Gibbs(matrix @ row).sample(rng)),
                "log_prob in a batch": (partial(tree.log_prob, rows, chosen), lambda: full().log_probs),
                "draw in a batch": (partial(tree.sample, rng, rows), lambda: full().sample(rng)),
            },
            rounds,
        )
        for kind, numbers in measured.items():
            per_row = batch / len(few) if "batch" in kind else 1.0
            low, middle, high = numbers
            found[f"{name} {kind}"] = (low * per_row, middle * per_row, high * per_row)
    return found


def differentiated(scale: int = 1, batch: int = 32, rounds: int = 5) -> Ratios:
    """Compare blocks with one softmax of the same number of features."""
    sizes, widths = [2000 * scale, 18_000 * scale, 80_000 * scale], [48, 12, 4]
    rng, blocks = np.random.default_rng(0), DifferentiatedSoftmax(sizes, widths)
    matrix = rng.normal(size=(blocks.actions, blocks.features))
    rows, chosen = rng.normal(size=(batch, blocks.features)), rng.integers(blocks.actions, size=batch)
    return faster(
        {
            "log_prob": (lambda: blocks.log_prob(rows, chosen), lambda: Gibbs(rows @ matrix.T).log_prob(chosen)),
            "draw": (lambda: blocks.sample(rng, rows), lambda: Gibbs(rows @ matrix.T).sample(rng)),
        },
        rounds,
    )


def beside_torch(scale: int = 1, batch: int = 128, rounds: int = 5) -> Ratios:
    """Compare the modules with ``torch.nn.AdaptiveLogSoftmaxWithLoss``, which draws from all K log-probabilities."""
    import torch

    from boltzmann.large import modules as layers

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    sizes, widths = [2000 * scale, 18_000 * scale, 80_000 * scale], [48, 12, 4]
    actions, features = sum(sizes), sum(widths)
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(batch, features, generator=generator)
    chosen = (actions ** torch.rand(batch, generator=generator)).long().clamp(0, actions - 1)
    theirs = torch.nn.AdaptiveLogSoftmaxWithLoss(features, actions, [sizes[0], sizes[0] + sizes[1]])
    modules: dict[str, Any] = {
        "tree": layers.HierarchicalSoftmaxModule(
            actions, features, frequencies=1 / np.arange(1, actions + 1), sparse=True
        ),
        "blocks": layers.BlockSoftmaxModule(sizes, widths),
        "differentiated": layers.DifferentiatedSoftmaxModule(sizes, widths),
    }

    def learn(loss: Callable[[], Any], module: Any) -> Callable[[], None]:
        def step() -> None:
            module.zero_grad()
            loss().backward()

        return step

    def their_draw() -> Any:
        with torch.no_grad():
            return torch.multinomial(theirs.log_prob(rows).exp(), 1, generator=generator)

    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {}
    for name, module in modules.items():
        loss = partial(_mean_loss, module, rows, chosen)
        pairs[f"{name}: loss and derivatives"] = learn(loss, module), learn(lambda: theirs(rows, chosen).loss, theirs)
        pairs[f"{name}: draw"] = partial(module.sample, generator, rows), their_draw
    try:
        return faster(pairs, rounds)
    finally:
        torch.set_num_threads(threads)


def catalogue(arms: int, rounds: int = 5) -> Ratios:
    """Compare a whole step of a bandit, acting and learning, of a learner with a tree and of one with a table."""
    observations, ends = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.bool_)

    def stepping(agent: Any) -> Callable[[], None]:
        env = CatalogueBanditVector(1, arms=arms, features=2)
        agent.reset(1, env.single_observation_space, env.single_action_space, np.random.default_rng(0))
        env.reset(seed=[0])

        def step() -> None:
            actions = agent.act(observations).actions
            rewards = env.step(actions)[1]
            agent.update(Transition(observations, actions, rewards, observations, ends, ends))

        return step

    tree, table = TreeAverage(0.3), SampleAverage(Boltzmann(0.3))
    return faster({f"{arms} arms: a step": (stepping(tree), stepping(table))}, rounds)


def _mean_loss(module: Any, rows: Any, chosen: Any) -> Any:
    return -module.log_prob(rows, chosen).mean()


def candidates(
    actions: int = 10_000, counts: tuple[int, ...] = (10, 100, 1000), numbers: int = 4_000_000
) -> dict[str, list[tuple[float, float]]]:
    """Return the bias of the sampled loss of the eleventh best of N(0, 1) logits and its standard error, by proposal.

    ``numbers`` candidates are drawn for each entry.
    """
    logits = np.random.default_rng(0).normal(size=actions)
    order = np.argsort(-logits)
    target, rank = int(order[10]), 10
    loss = float(Gibbs(logits).log_partition) - logits[target]
    flat = Alias(np.ones(actions))
    proposals: dict[str, tuple[Any, Any, int, Any]] = {
        "uniform": (flat, flat.log_q, target, logits),
        "uniform, not corrected": (flat, None, target, logits),
        "log-uniform, sorted by logit": (LogUniform(actions), LogUniform(actions).log_q, rank, logits[order]),
        "log-uniform, any order": (LogUniform(actions), LogUniform(actions).log_q, target, logits),
    }
    for temperature in (4.0, 2.0, 1.5, 1.25, 1.1):
        own = OwnSoftmax(Gibbs(logits, temperature))
        proposals[f"own softmax at T = {temperature:g}"] = own, own.log_q, target, logits
    table: dict[str, list[tuple[float, float]]] = {}
    for name, (proposal, log_q, index, values) in proposals.items():
        rng = np.random.default_rng(1)
        table[name] = []
        for count in counts:
            drawn = proposal.sample(rng, (max(numbers // count, 2), count))
            losses = sampled_log_loss(values.__getitem__, np.full(len(drawn), index), drawn, log_q)
            table[name].append((float(losses.mean() - loss), float(losses.std() / np.sqrt(len(losses)))))
    return table


def print_ratios(title: str, found: Ratios) -> None:
    """Print how many times faster ours is, with quartiles."""
    print(title)
    for name, (low, middle, high) in found.items():
        print(f"  {name:32} {middle:9.2f} times faster   [{low:.2f}, {high:.2f}]")


def main() -> None:
    """Measure and print."""
    print_ratios("ragged rows, 10 000 of 1000 with 8 allowed, beside dense with a mask", ragged())
    print_ratios("hierarchical softmax, a million actions and 64 features, beside all logits", hierarchical())
    print_ratios("differentiated softmax, 100 000 actions, beside one softmax of all features", differentiated())
    if importlib.util.find_spec("torch"):
        print_ratios("PyTorch modules, 100 000 actions, beside its adaptive softmax", beside_torch())
    for arms in (10**3, 10**5, 10**6):
        print_ratios("a bandit whose averages lie in a tree, beside a table", catalogue(arms))
    print("bias of the sampled loss, 10 000 actions, by the number of candidates")
    print(f"  {'':32} {'10':>18} {'100':>18} {'1000':>18}")
    for name, row in candidates().items():
        print(f"  {name:32} " + " ".join(f"{bias:9.4f} ±{error:7.4f}" for bias, error in row))


if __name__ == "__main__":
    main()
