"""Quantities of a Gibbs distribution by mpmath, each with the most that roundings can add, for any finite input."""

import mpmath

DIGITS = 700
"""The difference of any two floats is exact."""
UNIT, LEAST = mpmath.mpf(2) ** -52, mpmath.mpf(2) ** -1074
ROOT_UNDERFLOWS = -1416
"""exp of half a smaller score is subnormal or 0."""


def quantities(values, temperature, prior=None):
    """Map each quantity to (exact, bound): a computation in floats may be off by the bound.

    All bounds are first-order, in units of 2^-52, with c the likeliest action, x = (Q - Q(c)) / T and K actions:

    - ``off``: a weight is exp of a score that rounds (max Q - Q) / T and log prior, its own and that of c.
    - log mass: log prior(c) is rounded, and each weight but that of c is ``off``.
    - mellowmax: if the mean of exp x exceeds 1/2, each expm1 x (or a large exp x, ``off``) is rounded; else the log
      mass and the log of the sum of priors are. T times that is added to Q(c); the soft value adds T log(sum of prior).
    - entropy: each p, and each log p within it, is ``off``, but that of c only as far as the others are.
    - mean, variance, heat capacity: each p is ``off``, each Q - Q(c) and x is rounded, and so is the mean of them.
      The error of the mean itself drops out of the variance, where the deviations' mean is 0.
    - Underflow: each product may be off by the smallest float, and a root of a weight loses digits below 2^-1022.
    """
    live = range(len(values)) if prior is None else [i for i, weight in enumerate(prior) if weight > 0]
    count = len(values) + 10
    q, t = [mpmath.mpf(float(values[i])) for i in live], mpmath.mpf(float(temperature))
    a = [mpmath.mpf(1 if prior is None else float(prior[i])) for i in live]
    actions = range(len(q))
    top, mass = max(q), mpmath.fsum(a)
    logs = [mpmath.log(weight) for weight in a]
    exponents = [logs[i] + (q[i] - top) / t for i in actions]
    c = max(actions, key=exponents.__getitem__)
    others = [i for i in actions if i != c]
    d = [v - q[c] for v in q]
    x = [v / t for v in d]
    scores = [x[i] + logs[i] - logs[c] for i in actions]
    weights = [a[i] * mpmath.exp(x[i]) / a[c] for i in actions]
    rest = mpmath.fsum(weights[i] for i in others)
    p = [weight / (1 + rest) for weight in weights]

    def mean_of(terms, over=actions):
        return mpmath.fsum(p[i] * terms[i] for i in over)

    off = [2 * ((top - q[i] + top - q[c]) / t + abs(logs[i]) + abs(logs[c])) + count for i in actions]
    p_off = [off[i] + mean_of(off, others) + count for i in actions]
    log_mass = logs[c] + mpmath.log1p(rest)
    log_mass_off = 2 * abs(logs[c]) + count * mpmath.log1p(rest) + mean_of(off, others)

    excess = mpmath.fsum(weight * mpmath.expm1(y) for weight, y in zip(a, x, strict=True)) / mass
    log_mean = mpmath.log1p(excess)
    if excess > -0.5:
        parts = (
            a[i] * (count * abs(mpmath.expm1(y)) + mpmath.exp(y) * (off[i] if y > 0.5 else 2 * abs(y)))
            for i, y in enumerate(x)
        )
        log_mean_off = mpmath.fsum(parts) / (mass * (1 + excess))
    else:
        log_mean_off = log_mass_off + 2 * abs(mpmath.log(mass)) + count
    mellowmax_off = 2 * abs(q[c]) + t * (log_mean_off + 2 * abs(log_mean))
    if prior is None:
        soft, soft_off = t * log_mass, 2 * abs(q[c]) + t * log_mass_off
    else:
        log_prior_mass = 0 if abs(mass - 1) <= len(values) * UNIT else mpmath.log(mass)
        certain = abs(mass - 1) <= len(values) * UNIT / 2
        soft = t * (log_mean + log_prior_mass)
        soft_off = mellowmax_off + (0 if certain else t * (2 * count + 2 * abs(log_prior_mass)))

    entropy = mpmath.log1p(rest) - mean_of(scores)
    entropy_off = count * entropy + mean_of([off[i] * (abs(scores[i]) + 2) for i in actions], others)
    below = mean_of(d)
    mean_off = 2 * abs(q[c]) + mean_of([abs(d[i]) * p_off[i] for i in actions])
    deviations = [v - below for v in d]
    variance = mean_of([v**2 for v in deviations])
    rounded = [abs(v) * (p_off[i] * abs(v) + 2 * (abs(d[i]) + abs(below))) for i, v in enumerate(deviations)]
    variance_off = mean_of(rounded)
    roots = [mpmath.exp(max(score, -2000) / 2) for score in scores]
    lost = mean_of(
        [
            v**2 * min(1, 3 * LEAST / roots[i]) if scores[i] < ROOT_UNDERFLOWS else 0 * v
            for i, v in enumerate(deviations)
        ]
    )
    best = [i for i in actions if q[i] == top]
    rest_of = [i for i in actions if q[i] < top]
    greedy, exploring = mean_of([1] * len(q), best), mean_of([1] * len(q), rest_of)
    losses = [top - v for v in q]
    y_off = [2 * abs(y) + log_mean_off + 2 * abs(log_mean) for y in x]
    kl = mean_of([y - log_mean for y in x])
    few, steep = 4 * count * LEAST, 4 * count * LEAST * (1 + max(abs(y) for y in x if y > -1500)) ** 2
    return {
        "log_partition": (
            q[c] / t + log_mass,
            UNIT * (2 * abs(q[c] / t) + log_mass_off + abs(log_mass)) + few,
        ),
        "soft_value": (q[c] + soft, UNIT * soft_off + few * (1 + t)),
        "mellowmax": (q[c] + t * log_mean, UNIT * mellowmax_off + few),
        "entropy": (entropy, UNIT * entropy_off + steep),
        "mean": (q[c] + below, UNIT * mean_off + few),
        "variance": (variance, UNIT * variance_off + lost + few),
        "heat_capacity": (variance / t**2, UNIT * variance_off / t**2 + steep),
        "greedy_probability": (greedy, UNIT * mean_of(p_off, best) + few),
        "exploration_probability": (exploring, UNIT * mean_of(p_off, rest_of) + few),
        "loss": (mean_of(losses), UNIT * mean_of([losses[i] * p_off[i] for i in actions]) + few),
        "kl_to_prior": (kl, UNIT * mean_of([count * abs(y - log_mean) + y_off[i] for i, y in enumerate(x)]) + steep),
    }


def as_float(number):
    """Round to a float, with inf beyond the range."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
