"""Catch beside an independent game, written from the rules, and its known returns."""

import gymnasium
import numpy as np
import pytest

import envs


def game(rows, columns, ball, actions):
    """Yield the board and the reward of each step of an episode, with lists alone."""
    paddle = columns // 2
    for row, action in enumerate(actions, start=1):
        paddle = min(max(paddle + int(action) - 1, 0), columns - 1)
        board = [[0] * columns for _ in range(rows)]
        board[row][ball] = board[rows - 1][paddle] = 1
        yield board, 0 if row < rows - 1 else (1 if ball == paddle else -1)


@pytest.mark.parametrize(("rows", "columns"), [(10, 5), (4, 4), (2, 3)])
def test_boards_and_rewards_are_those_of_a_game_by_the_rules(rows, columns):
    rng = np.random.default_rng(4)
    single = gymnasium.make("boltzmann/Catch-v0", rows=rows, columns=columns, reward=0.5)
    batched = envs.make_raw("boltzmann/Catch-v0", 60, rows=rows, columns=columns, reward=0.5)
    boards, _ = batched.reset(seed=3)
    balls, actions = boards[:, 0].argmax(axis=1), rng.integers(3, size=(rows - 1, 60))
    assert set(balls) == set(range(columns))
    games = [list(game(rows, columns, ball, moves)) for ball, moves in zip(balls, actions.T, strict=True)]
    for step in range(rows - 1):
        boards, rewards, terminated, truncated, info = batched.step(actions[step])
        reached = info["final_obs"] if step == rows - 2 else boards
        np.testing.assert_array_equal(reached, [played[step][0] for played in games])
        np.testing.assert_array_equal(rewards, [played[step][1] * 0.5 for played in games])
        assert (terminated == (step == rows - 2)).all()
        assert not truncated.any()
    for seed in range(5):
        first, _ = single.reset(seed=seed)
        for (board, reward), action in zip(
            game(rows, columns, first[0].argmax(), actions[:, 0]), actions, strict=False
        ):
            seen, paid, _, _, _ = single.step(action[0])
            np.testing.assert_array_equal(seen, board)
            assert paid == reward * 0.5


def test_the_known_returns_follow_from_the_table():
    table = envs.catch()
    best, _ = envs.optimal_values(table, 1.0)
    assert float(table.initial @ best) == 1.0
    values = np.zeros(250)
    for _ in range(10):
        continued = np.where(table.terminated[..., 0], 0.0, values[table.next_states[..., 0]])
        values = (table.rewards[..., 0] + continued).mean(axis=1)
    assert float(table.initial @ values) == pytest.approx(-0.6, abs=1e-12)


def test_gaps_are_those_of_the_table_for_boards_too():
    numbered, seen = (make("boltzmann/Catch-v0", 30, discount=0.9) for make in (envs.make, envs.make_raw))
    states, _ = numbered.reset(seed=1)
    boards, _ = seen.reset(seed=1)
    rng = np.random.default_rng(0)
    for _ in range(17):
        np.testing.assert_array_equal(boards, numbered.table.boards[states])
        actions = rng.integers(3, size=30)
        states, *_, info = numbered.step(actions)
        boards, *_, other = seen.step(actions)
        np.testing.assert_array_equal(info["gap"], other["gap"])
    assert info["gap"].max() > 0  # the ball is one row above the paddle, and some cannot reach it any more


def test_boards_need_a_table_that_has_them():
    with pytest.raises(ValueError, match="boards must not be True for a table without boards"):
        envs.TabularVectorEnv(envs.chain(), 2, boards=True)
    with pytest.raises(ValueError, match=r"boards must have shape \(5, \.\.\.\), got \(4, 2, 2\)"):
        envs.Table(*_arrays(envs.chain()), boards=np.zeros((4, 2, 2), dtype=np.float32))


def _arrays(table):
    return table.probs, table.next_states, table.rewards, table.terminated, table.initial


def test_a_picture_shows_the_board():
    env = gymnasium.make("boltzmann/Catch-v0", render_mode="rgb_array")
    env.reset(seed=0)
    before = env.render()
    env.step(0)
    assert before.ndim == 3
    assert (before != env.render()).any()
