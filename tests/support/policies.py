"""The inputs on which contract tests call every policy."""

import numpy as np

from boltzmann import BernoulliThompson

VALUES = np.array([[0.0, 1.0, 0.5, 1.0], [3.0, -1.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
WHERE = np.array([[True, True, True, False], [False, True, True, True], [True, False, False, False]])
VISITS = np.array([[5, 3, 200, 7], [1, 1, 4, 2], [3, 30, 9, 1]])
VARIANCES = np.array([[0.1, 0.2, 0.25, 0.0], [0.01, 0.2, 0.0, 0.1], [0.1, 0.1, 0.1, 0.1]])


def ask(policy, values, *, rows=slice(None), visits=VISITS, step=0, **inputs):
    """Call a policy as an agent does that stores all inputs a policy may read."""
    values = np.asarray(values)
    if isinstance(policy, BernoulliThompson):
        # Averages of rewards of 0 and 1.
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            values = (1 / (1 + np.exp(-values.astype(np.float64)))).astype(values.dtype)
    return policy(values, step=step, visits=visits[rows], variances=VARIANCES[rows], **inputs)
