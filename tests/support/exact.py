"""Quantities of a Gibbs distribution by mpmath, each with the sum of the sizes of its terms, for any finite input."""

import mpmath

DIGITS = 700
"""The difference of any two floats is exact."""


def quantities(values, temperature, prior=None):
    """Map each quantity to (exact, size): a computation in floats may be off by some roundings of the size."""
    live = range(len(values)) if prior is None else [i for i, weight in enumerate(prior) if weight > 0]
    q, t = [mpmath.mpf(float(values[i])) for i in live], mpmath.mpf(float(temperature))
    weights = [mpmath.mpf(1 if prior is None else float(prior[i])) for i in live]
    top, mass = max(q), mpmath.fsum(weights)
    below = [top - v for v in q]
    w = [a * mpmath.exp(-b / t) for a, b in zip(weights, below, strict=True)]
    total = mpmath.fsum(w)
    p = [x / total for x in w]
    others = mpmath.fsum(a for a, b in zip(w, below, strict=True) if b > 0)
    first = total - others
    log_mass = mpmath.log1p(others / first) + mpmath.log(first)
    # The mean of the exponentials is 1 less its shortfall, which may be tiny.
    shortfall = mpmath.fsum(-a * mpmath.expm1(-b / t) for a, b in zip(weights, below, strict=True)) / mass
    log_mean = mpmath.log1p(-shortfall)
    loss = mpmath.fsum(a * b for a, b in zip(p, below, strict=True))
    variance = mpmath.fsum(a * (b - loss) ** 2 for a, b in zip(p, below, strict=True))
    # Differences to the largest value are rounded, and those to the mean with them.
    rounding = mpmath.fsum(a * abs(b - loss) * b for a, b in zip(p, below, strict=True)) / 100
    # log p = log prior - below / T - log mass
    logs = [mpmath.log(a) - b / t - log_mass for a, b in zip(weights, below, strict=True)]
    logs = [-mpmath.log1p((total - x) / x) if (total - x) < x else y for x, y in zip(w, logs, strict=True)]
    entropy = -mpmath.fsum(a * b for a, b in zip(p, logs, strict=True))
    kl = mpmath.fsum(a * (-b / t - log_mean) for a, b in zip(p, below, strict=True))
    normalised = abs(mass - 1) <= len(values) * mpmath.mpf(2) ** -52
    log_prior_mass = 0 if normalised else mpmath.log(mass)
    rounded = 0 if prior is None else t
    soft = t * (log_mean + log_prior_mass)
    return {
        "log_partition": (top / t + log_mass, abs(top / t) + abs(log_mass) + 1),
        # The sum of the priors is rounded, and T times its logarithm with it.
        "soft_value": (top + soft, abs(top) + abs(t * log_mean) + abs(t * log_prior_mass) + rounded),
        "mellowmax": (top + t * log_mean, abs(top) + abs(t * log_mean)),
        "entropy": (entropy, entropy),
        "mean": (top - loss, abs(top) + loss),
        # The root of a weight below exp(-1490) is 0.
        "variance": (variance, variance + rounding + mpmath.mpf("1e-630") * max(below) ** 2),
        "heat_capacity": (variance / t**2, (variance + rounding) / t**2),
        "greedy_probability": (first / total, first / total),
        "exploration_probability": (others / total, others / total),
        "loss": (loss, loss),
        "kl_to_prior": (kl, kl),
    }


def as_float(number):
    """Round to a float, with inf beyond the range."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
