"""Laws of a user's own: what does not fit is refused by name, in both forms."""

import numpy as np
import pytest

from envs.bandits import Bandit, BanditLaw, BanditVector, Problems, pay_normal

WRONG = {
    "noise": ({"noise": "gamma"}, r"noise of a bandit's law must be one of \['', 'normal', 'uniform'\], got 'gamma'"),
    "moving": ({"moving": None}, "moving of a bandit's law must be one of .*, got None"),
    "given": ({"given": np.zeros((4, 3))}, r"given of a bandit's law must be rows of 2 numbers, .* \(4, 3\)"),
    "against": ({"against": 2}, "against of a bandit's law must be below 2, got 2"),
    "sign": ({"against": -1}, "against of a bandit's law must be a whole number of at least 0, got -1"),
    "numbers": ({"numbers": {"drift": "much"}}, r"drift of a bandit's law must be in \[-inf, inf\], got 'much'"),
}


@pytest.mark.parametrize(("parts", "message"), WRONG.values(), ids=WRONG)
def test_a_law_that_does_not_fit_is_refused(parts, message):
    class Own(Bandit):
        law = BanditLaw(pay_normal, **parts)

        def draw(self, rng, count):
            return Problems(np.zeros((count, self.arms)), 1.0)

    class OwnVector(BanditVector):
        single = Own

    for env in (Own(2), OwnVector(3, arms=2)):
        with pytest.raises(ValueError, match=message):
            env.reset(seed=0)


def test_both_forms_follow_one_law():
    class Falling(Bandit):
        """The first arm falls by a tenth after every second round; nothing is drawn."""

        law = BanditLaw(
            lambda m, arm, row: (arm.mean, row.best - arm.mean),
            noise="",
            moves=lambda m, arm, row: m.where(arm.index == 0, arm.mean - row.step, arm.mean),
            segments=lambda rounds: rounds * (rounds % 2 == 0),
            numbers={"step": 0.1},
        )

        def draw(self, rng, count):
            return Problems(np.tile([1.0, 0.5], (count, 1)))

    class FallingVector(BanditVector):
        single = Falling

    single, vector = Falling(2), FallingVector(2, arms=2)
    single.reset(seed=0)
    vector.reset(seed=0)
    paid = [single.step(0)[1] for _ in range(5)]
    np.testing.assert_allclose(paid, [1.0, 1.0, 0.9, 0.9, 0.8])
    np.testing.assert_array_equal([vector.step([0, 0])[1] for _ in range(5)], np.transpose([paid, paid]))
