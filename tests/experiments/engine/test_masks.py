"""Action masks in every form in which an environment can tell them, through Gymnasium's vector environments."""

from types import SimpleNamespace

import numpy as np
import pytest
from gymnasium.vector import AsyncVectorEnv, AutoresetMode

from tests.support.told_masks import FORMS, ROUND, Told, batch, played


@pytest.mark.parametrize("rows", [1, 3, 4])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_honoured(form, rows):
    """With 3 rows of 3 actions a list for each row has the shape of one truth value a row."""
    log = played(batch(*(Told(FORMS[form]) for _ in range(rows))))
    for step, (where, next_where) in enumerate(zip(log.where, log.next_where, strict=True)):
        state = step % (ROUND - 1)
        assert where.dtype == next_where.dtype == np.bool_
        np.testing.assert_array_equal(where, np.arange(3)[np.newaxis] != [[state]] * rows)
        np.testing.assert_array_equal(next_where, np.arange(3)[np.newaxis] != [[state + 1]] * rows)
    assert not log.agent.visits[:, range(3), range(3)].any()
    np.testing.assert_array_equal(log.agent.allowed[:], ~np.eye(3, dtype=bool)[np.newaxis].repeat(rows, 0))


@pytest.mark.parametrize("form", ["int8", "list", "tuple"])
def test_masks_from_other_processes_are_honoured(form):
    assert not played(batch(*[Told(FORMS[form])] * 2, kind=AsyncVectorEnv)).agent.visits[:, range(3), range(3)].any()


@pytest.mark.parametrize("form", ["int8", "bool", "float32", "list"])
@pytest.mark.parametrize("told", [(), (0,), (1,), (2,), (0, 2), (1, 2)])
def test_a_row_that_tells_no_mask_allows_everything(form, told):
    rows = [Told(FORMS[form], told), Told(FORMS[form], ()), Told(FORMS[form])]
    log = played(batch(*rows), steps=40)
    for step, where in enumerate(log.where):
        state = step % (ROUND - 1)
        expected = np.ones((3, 3), dtype=bool)
        expected[2, state] = False
        expected[0, state] = state not in told
        np.testing.assert_array_equal(where, expected)
    # A mask of the last state is known from final_info alone, and only where it is told.
    assert log.agent.allowed[0, 2].tolist() == [True, True, 2 not in told]
    assert log.agent.allowed[1].all()
    # What is allowed is done.
    assert (log.agent.visits[1, :2] > 0).all()


def test_without_any_mask_agents_receive_none():
    log = played(batch(Told(told=()), Told(told=())))
    assert {type(mask) for mask in (*log.where, *log.next_where)} == {type(None)}


BAD = [
    ([1, 1], ValueError, r"must be of shape \(2, 3\), got \(2, 2\)"),
    (np.array([1, 1, 0, 1]), ValueError, r"must be of shape \(2, 3\), got \(2, 4\)"),
    ([1, 2, 0], ValueError, "in row 0 must be boolean, or 0 and 1, got 2 for action 1"),
    (np.array([1, -1, 0]), ValueError, "must be boolean, or 0 and 1, got -1 for action 1 in row 0"),
    (np.array([1.0, 0.5, 0.0]), ValueError, "must be boolean, or 0 and 1, got 0.5 for action 1 in row 0"),
    (np.array([1.0, np.nan, 0.0]), ValueError, "must be boolean, or 0 and 1, got nan for action 1 in row 0"),
    ([1.0, float("nan"), 0.0], ValueError, "in row 0 must be .*got nan for action 1"),
    (["a", "b", "c"], TypeError, "in row 0 must be boolean, or 0 and 1, got <U1"),
    (np.zeros(3, dtype=np.int8), ValueError, r"must allow at least one action, got .* in row 0"),
    ([0, 0, 0], ValueError, r"must allow at least one action, got .* in row 0"),
    ([[1, 0], [1]], ValueError, "in row 0 must be a rectangular array of 0 and 1"),
    (5, ValueError, r"must be of shape \(2, 3\), got \(2,\)"),
    ("101", TypeError, "in row 0 must be boolean, or 0 and 1"),
    ({"left": 1}, TypeError, "must hold a mask for each of 2 rows"),
    (SimpleNamespace(), TypeError, "in row 0 must be boolean"),
]


@pytest.mark.parametrize(("mask", "error", "message"), BAD, ids=[str(case[0]) for case in BAD])
def test_other_masks_are_refused_by_name(mask, error, message):
    with pytest.raises(error, match=rf'info\["action_mask"\] of SyncVectorEnv\(num_envs=2\) {message}'):
        played(batch(Told(allowed=mask), Told(allowed=mask)))


def test_the_row_of_a_bad_mask_is_named():
    with pytest.raises(ValueError, match="in row 1 must be boolean, or 0 and 1, got 3 for action 0"):
        played(batch(Told(FORMS["list"]), Told(allowed=[3, 1, 1])))
    with pytest.raises(ValueError, match=r"must be of one length, got \(3,\) and \(2,\) in row 1"):
        played(batch(Told(FORMS["list"]), Told(allowed=[1, 1])))
    with pytest.raises(ValueError, match=r"must allow at least one action, got .* in row 1"):
        played(batch(Told(), Told(allowed=np.zeros(3, dtype=np.int8))))


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.DISABLED])
def test_other_autoreset_modes_are_refused(mode):
    with pytest.raises(ValueError, match=r"env must have AutoresetMode\.SAME_STEP"):
        played(batch(Told(), mode=mode))
