"""Job shops: jobs wait for machines, and the legal actions are another list in every state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from envs import batched
from envs.problems._outcomes import starting_in
from envs.tables import Bars, Table, TableEnv


class Progress(NamedTuple):
    """Where a job stands: the number of its next or present operation, and the time that this still runs, 0 if idle."""

    operation: int
    remaining: int


Operations = tuple[tuple[tuple[int, int], ...], ...]
State = tuple[Progress, ...]


def job_shop(
    jobs: int = 3,
    machines: int = 3,
    longest: int = 3,
    seed: int = 0,
    operations: Sequence[Sequence[Sequence[int]]] | None = None,
) -> Table:
    """Make a job shop: every job is a list of operations, each of which occupies one machine for some time.

    Action j < J starts the next operation of job j. It is legal where that job is idle and its machine is free, takes
    no time and pays 0. The last action, J, waits until an operation ends; it is legal where one runs, and pays minus
    the time. So the legal actions are another list in every state, of 1 to J of them, and the undiscounted return is
    minus the makespan. An episode ends with the last operation. An illegal action changes nothing and pays -1.

    Fisher & Thompson, "Probabilistic learning combinations of local job-shop scheduling rules", 1963. Random shops
    have the law of Taillard, "Benchmarks for basic scheduling problems", 1993, with short times: every job visits all
    machines in random order.

    Parameters
    ----------
    jobs, machines : int
        Their numbers, at least 1.
    longest : int
        Durations are uniform on 1, ..., longest; at least 1.
    seed : int
        At least 0; it fixes the shop.
    operations : sequence of sequences of pairs, optional
        For each job its operations as (machine, duration), instead of a random shop. Machines are whole numbers of at
        least 0, durations of at least 1.

    Returns
    -------
    Table
        With K = jobs + 1 and a mask. The states are those that legal actions reach, numbered as they are met.

    Raises
    ------
    ValueError
        For shops whose states could be more than 2^24 / K: those times grow exponentially with the number of jobs.

    Examples
    --------
    >>> table = job_shop(operations=[[(0, 2)], [(0, 1)]])
    >>> table.action_mask.astype(int)
    array([[1, 1, 0],
           [0, 0, 1],
           [0, 0, 1],
           [0, 1, 0],
           [1, 0, 0],
           [0, 0, 1],
           [0, 0, 1],
           [0, 0, 1]])
    """
    return _explored(_shop_of(jobs, machines, longest, seed, operations))[0]


class JobShop(TableEnv):
    """A job shop as a Gymnasium environment; parameters and dynamics are those of :func:`job_shop`.

    Examples
    --------
    >>> env = JobShop(operations=[[(0, 2)], [(0, 1)]])
    >>> observation, info = env.reset(seed=0)
    >>> info["action_mask"]
    array([ True,  True, False])
    >>> [env.step(action)[1] for action in (1, 2, 0, 2)]
    [0.0, -1.0, 0.0, -2.0]
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        given = {"jobs": 3, "machines": 3, "longest": 3, "seed": 0, "operations": None}
        unknown = parameters.keys() - given.keys()
        if unknown:
            raise TypeError(f"JobShop() got an unexpected keyword argument {sorted(unknown)[0]!r}")
        shop = _shop_of(**{**given, **parameters})
        table, states = _explored(shop)
        super().__init__(table, Bars(shop, tuple(states)), render_mode=render_mode)


def _shop_of(jobs: int, machines: int, longest: int, seed: int, operations: Any) -> Operations:
    return _random_shop(jobs, machines, longest, seed) if operations is None else _checked(operations)


def _explored(shop: Operations) -> tuple[Table, list[State]]:
    """Return the table of a shop, and its states."""
    actions = len(shop) + 1
    most = [sum(1 + duration for _, duration in job) + 1 for job in shop]
    batched.require_entries("states, the product over jobs of operations + times + 1, x actions", (*most, actions))
    numbers: dict[State, int] = {}
    states: list[State] = []

    def number(state: State) -> int:
        if state not in numbers:
            numbers[state] = len(states)
            states.append(state)
        return numbers[state]

    number(tuple(Progress(0, 0) for _ in shop))
    rows: list[list[tuple[int, float, bool]]] = []
    while len(rows) < len(states):
        here = len(rows)
        moves = [_moved(shop, states[here], action) for action in range(actions)]
        rows.append([(here, -1.0, False) if move is None else (number(move[0]), -move[1], True) for move in moves])
    next_states = np.array([[to for to, _, _ in row] for row in rows])
    end = tuple(Progress(len(todo), 0) for todo in shop)
    ended = np.array([state == end for state in states])
    legal = np.array([[is_legal for _, _, is_legal in row] for row in rows])
    # Nothing is left to do at the end, which no episode leaves; a mask has to allow something.
    legal[ended, -1] = True
    table = Table(
        np.ones((len(rows), actions, 1)),
        next_states[..., np.newaxis],
        np.array([[reward for _, reward, _ in row] for row in rows])[..., np.newaxis],
        (ended[next_states] & legal)[..., np.newaxis],
        starting_in(len(rows), 0),
        action_mask=legal,
    )
    return table, states


def _random_shop(jobs: int, machines: int, longest: int, seed: int) -> Operations:
    jobs = batched.whole_number("jobs", jobs, least=1)
    machines = batched.whole_number("machines", machines, least=1)
    longest = batched.whole_number("longest", longest, least=1)
    seed = batched.whole_number("seed", seed, least=0)
    batched.require_entries("jobs x machines", (jobs, machines))
    rng = np.random.default_rng(seed)
    orders = rng.permuted(np.tile(np.arange(machines), (jobs, 1)), axis=1)
    durations = rng.integers(1, longest, size=(jobs, machines), endpoint=True)
    return tuple(
        tuple(zip(order, times, strict=True)) for order, times in zip(orders.tolist(), durations.tolist(), strict=True)
    )


def _checked(operations: Any) -> Operations:
    bound = "operations must hold for each job at least one pair (machine, duration)"
    if not isinstance(operations, list | tuple) or not operations:
        raise ValueError(f"{bound}, got {batched.shown(operations)}")
    jobs = []
    for index, job in enumerate(operations):
        if not isinstance(job, list | tuple) or not job:
            raise ValueError(f"{bound}, got {batched.shown(job)} for job {index}")
        if any(not isinstance(pair, list | tuple) or len(pair) != 2 for pair in job):
            raise ValueError(f"{bound}, got {batched.shown(job)} for job {index}")
        name = f"operations[{index}]"
        jobs.append(
            tuple(
                (batched.whole_number(f"{name} machine", one, 0), batched.whole_number(f"{name} duration", time, 1))
                for one, time in job
            )
        )
    return tuple(jobs)


def _moved(shop: Operations, state: State, action: int) -> tuple[State, int] | None:
    """Return the next state and the time that an action takes; None if it is illegal."""
    running = [job.remaining for job in state if job.remaining]
    if action == len(shop):
        return (tuple(_later(job, min(running)) for job in state), min(running)) if running else None
    operation, remaining = state[action]
    if remaining or operation == len(shop[action]):
        return None
    machine, duration = shop[action][operation]
    busy = {todo[job.operation][0] for job, todo in zip(state, shop, strict=True) if job.remaining}
    if machine in busy:
        return None
    return (*state[:action], Progress(operation, duration), *state[action + 1 :]), 0


def _later(job: Progress, time: int) -> Progress:
    if not job.remaining:
        return job
    left = job.remaining - time
    return Progress(job.operation, left) if left else Progress(job.operation + 1, 0)
