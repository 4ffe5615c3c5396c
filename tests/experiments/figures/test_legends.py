"""Names beside the lines they belong to."""

import numpy as np

from boltzmann.experiments.figures.legends import spread


def test_labels_are_spread_as_little_as_possible():
    rng = np.random.default_rng(0)
    for count in (1, 2, 5, 12):
        heights = rng.random(count) * 0.3
        apart = spread(heights, 0.05)
        order = np.argsort(heights)
        assert (np.diff(apart[order]) >= 0.05 - 1e-12).all()
        assert apart.min() >= 0
        assert apart.max() <= 1
    np.testing.assert_allclose(spread([0.1, 0.5, 0.9], 0.2), [0.1, 0.5, 0.9])
    assert spread([], 0.1).shape == (0,)
