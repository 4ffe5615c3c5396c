"""The random numbers of kernels are NumPy's, bit for bit, and leave a generator where NumPy would."""

import numpy as np
import pytest

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled.worlds import ziggurat


@pytest.mark.parametrize("kind", ziggurat.KINDS)
def test_numbers_are_numpys(kind):
    ours, theirs = np.random.default_rng(7), np.random.default_rng(7)
    # An odd number of small integers leaves half a word in the generator, which must stay there.
    for rng in (ours, theirs):
        rng.integers(10, size=3, dtype=np.int32)
    assert ziggurat.draws_as_numpy(kind)
    # Some hundred of these normals lie in the tail, and ten thousand are not finished by one word.
    for size in (400_000, 5000, 3):
        numbers, expected = np.empty((2, size))
        ziggurat.draw_numbers(ours, kind, numbers)
        getattr(theirs, kind)(out=expected)
        np.testing.assert_array_equal(numbers, expected)
        assert ours.bit_generator.state == theirs.bit_generator.state


def test_other_generators_and_other_laws_are_numpys_own(monkeypatch):
    for make in (np.random.MT19937, np.random.PCG64DXSM):
        ours, theirs = np.random.Generator(make(3)), np.random.Generator(make(3))
        numbers = np.empty(5000)
        ziggurat.draw_numbers(ours, "standard_normal", numbers)
        np.testing.assert_array_equal(numbers, theirs.standard_normal(5000))
    # Where a version of NumPy draws otherwise, the comparison notices, and NumPy draws.
    tables = ziggurat._tables()
    monkeypatch.setattr(ziggurat, "_tables", lambda: (*tables[:3], tables[3] + 1e-9, tables[4]))
    assert not ziggurat.draws_as_numpy.__wrapped__("standard_normal")
    monkeypatch.setattr(ziggurat, "_tables", lambda: None)
    assert not ziggurat.draws_as_numpy.__wrapped__("standard_normal")


def test_kinds_take_turns_as_in_numpy():
    ours, theirs = np.random.default_rng(3), np.random.default_rng(3)
    numbers, kinds = np.empty(9000), ("standard_normal", "random", "standard_exponential")
    ends = np.array([2000, 2001, 2001, 5000, 5000, 9000])
    ziggurat.draw_pieces(ours, kinds, ends, numbers)
    expected = [getattr(theirs, kind)(size) for kind, size in zip(kinds * 2, np.diff(ends, prepend=0), strict=True)]
    np.testing.assert_array_equal(numbers, np.concatenate(expected))
    assert ours.bit_generator.state == theirs.bit_generator.state
