"""The battery on other implementations, as a user would call them: ``python -m benchmarks.battery``.

Each installed implementation runs every case of ``tests/data/battery.toml`` in its documented or usual way: it gets
values / T if it has no argument for T, and -inf in masked entries if it has no mask. Probabilities count and, where an
implementation has it, the log-partition. If a case must be refused, an answer is a failure unless it is NaN, which
users notice.
"""

from __future__ import annotations

import importlib
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from boltzmann.arrays import Bools, Floats

CASES = tomllib.loads((Path(__file__).parents[1] / "tests" / "data" / "battery.toml").read_text())["case"]


def ours(values: Floats, temperature: float, where: Bools | None, prior: Floats | None) -> tuple[Any, Any]:
    """Call this library."""
    from boltzmann import Gibbs

    gibbs = Gibbs(values, temperature, where=where, prior=prior)
    return gibbs.probs, gibbs.log_partition


def _logits(values: Floats, temperature: float, where: Bools | None, prior: Floats | None) -> Floats:
    logits = values / temperature
    if where is not None:
        logits = np.where(where, logits, -np.inf)
    return np.asarray(logits if prior is None else logits + np.log(prior))


def scipy(values: Floats, temperature: float, where: Bools | None, prior: Floats | None) -> tuple[Any, Any]:
    """Call scipy.special.softmax and logsumexp of values / T."""
    special = importlib.import_module("scipy.special")
    logits = _logits(values, temperature, where, prior)
    return special.softmax(logits, axis=-1), special.logsumexp(logits, axis=-1)


def torch(values: Floats, temperature: float, where: Bools | None, prior: Floats | None) -> tuple[Any, Any]:
    """Call torch.softmax and logsumexp of values / T."""
    module = importlib.import_module("torch")
    logits = module.as_tensor(np.asarray(values)) / temperature
    if where is not None:
        logits = logits.masked_fill(~module.as_tensor(where), -module.inf)
    if prior is not None:
        logits = logits + module.log(module.as_tensor(prior))
    return module.softmax(logits, dim=-1).numpy(), module.logsumexp(logits, dim=-1).numpy()


def jax(values: Floats, temperature: float, where: Bools | None, prior: Floats | None) -> tuple[Any, Any]:
    """Call jax.nn.softmax and logsumexp of values / T, in float64."""
    importlib.import_module("jax").config.update("jax_enable_x64", True)
    jnp, nn = importlib.import_module("jax.numpy"), importlib.import_module("jax.nn")
    logits = jnp.asarray(values) / temperature
    if prior is not None:
        logits = logits + jnp.log(jnp.asarray(prior))
    allowed = None if where is None else jnp.asarray(where)
    return np.asarray(nn.softmax(logits, axis=-1, where=allowed)), np.asarray(
        nn.logsumexp(logits, axis=-1, where=allowed)
    )


def distrax(values: Floats, temperature: float, where: Bools | None, prior: Floats | None) -> tuple[Any, Any]:
    """Call distrax.Softmax(logits, temperature), which has no log-partition."""
    importlib.import_module("jax").config.update("jax_enable_x64", True)
    module, jnp = importlib.import_module("distrax"), importlib.import_module("jax.numpy")
    logits = jnp.asarray(values)
    if where is not None:
        logits = jnp.where(jnp.asarray(where), logits, -jnp.inf)
    if prior is not None:
        logits = logits + temperature * jnp.log(jnp.asarray(prior))
    return np.asarray(module.Softmax(logits, temperature).probs), None


IMPLEMENTATIONS: dict[str, Callable[..., tuple[Any, Any]]] = {
    "boltzmann": ours, "scipy": scipy, "torch": torch, "jax": jax, "distrax": distrax
}  # fmt: skip


def judge(implementation: Callable[..., tuple[Any, Any]], case: dict[str, Any]) -> str:
    """Return ``ok``, or the failure in a word."""
    dtype = case.get("dtype", "float64")
    values = np.array(case["values"]).astype(dtype)
    where, prior = (None if name not in case else np.array(case[name]) for name in ("where", "prior"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            probs, log_partition = implementation(values, case["temperature"], where, prior)
    except Exception as error:
        return "ok" if "error" in case else f"{type(error).__name__}"
    if "error" in case:
        return "ok (NaN)" if np.isnan(np.asarray(probs, dtype=complex)).all() else "answered"
    precise = 1e-5 if dtype == "float32" else 1e-9
    least = float(np.finfo(np.float32 if dtype == "float32" else np.float64).smallest_normal)
    wanted = np.array(case["probs"])
    if np.isnan(probs).any():
        return "NaN"
    if np.shape(probs) != wanted.shape or not np.allclose(probs, wanted, rtol=precise, atol=least):
        return "wrong"
    with np.errstate(over="ignore"):
        log_wanted = np.array(case["log_partition"]).astype(np.asarray(probs).dtype)
    # If priors sum to 1, the log of their sum is 0 but for their own rounding.
    slack = 1e-15 if "prior" in case else least
    if log_partition is not None and not np.allclose(log_partition, log_wanted, rtol=precise, atol=slack):
        return "log Z wrong"
    return "ok"


def main() -> None:
    """Print the result of each implementation in each case, and the number of correct ones."""
    names = []
    for name in IMPLEMENTATIONS:
        try:
            importlib.import_module(name)
        except ImportError:
            print(f"{name} is not installed, and is left out")
        else:
            names.append(name)
    results = {name: [judge(IMPLEMENTATIONS[name], case) for case in CASES] for name in names}
    width = max(len(case["name"]) for case in CASES)
    print(f"{'':{width}}  {'  '.join(f'{name:>12}' for name in names)}")
    for number, case in enumerate(CASES):
        print(f"{case['name']:{width}}  {'  '.join(f'{results[name][number]:>12}' for name in names)}")
    right = {name: sum(verdict.startswith("ok") for verdict in verdicts) for name, verdicts in results.items()}
    print(f"{f'right of {len(CASES)}':{width}}  {'  '.join(f'{right[name]:>12}' for name in names)}")


if __name__ == "__main__":
    main()
