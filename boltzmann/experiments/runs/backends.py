"""The backends that compute blocks: processes of this machine, or a cluster of Dask or Ray.

Dask and Ray are called directly. Through joblib, Dask never reports a worker that died, and Ray returns nothing before
all blocks are finished.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Literal

from boltzmann.checks import shown
from boltzmann.experiments.describe import Block
from boltzmann.experiments.errors import LostWorkersError, RefusedError
from boltzmann.experiments.runs.pool import Compute, LocalWorkers, Workers
from boltzmann.experiments.runs.worker import Outcome
from boltzmann.experiments.store import require

_SECONDS_TO_CONNECT = 10
_SECONDS_BETWEEN_LOOKS = 5.0
_MOST_UNANSWERED = 3

_RAY_TOKEN = (
    "; if the cluster expects an authentication token, as those of `ray start` do from Ray 2.60 on, set "
    "RAY_AUTH_MODE=token, which lets Ray send the token of this user, or use --address auto on a machine of the cluster"
)


@contextmanager
def loky_backend(n_jobs: int = -1, address: str = "") -> Iterator[Workers]:
    """Yield the processes of this machine, for ``run(..., workers=...)``; an address is refused."""
    if address:
        raise RefusedError(
            f"address must be empty: the backend loky has none, got {shown(address)}; choose dask or ray"
        )
    yield LocalWorkers(n_jobs)


@contextmanager
def dask_backend(n_jobs: int = -1, address: str = "") -> Iterator[Workers]:
    """Yield the workers of a Dask cluster, for ``run(..., workers=...)``; needs the extra ``dask``.

    Parameters
    ----------
    n_jobs : int
        Workers of a local cluster, one thread each; -1 takes one for each core. A cluster with an address has its own.
    address : str
        The scheduler's address, such as ``"tcp://10.0.0.1:8786"``; without it a local cluster is started, and stopped
        afterwards. Workers need this code on their path and the results folder under the same name.

    Raises
    ------
    RefusedError
        Where Dask is not installed or nothing answers at the address.
    """
    distributed = require("distributed", "dask")
    dask = require("dask", "dask")
    if address:
        with (
            _quiet("distributed", "distributed.client", "distributed.batched"),
            _connected(lambda: distributed.Client(address, timeout=_SECONDS_TO_CONNECT), address) as client,
        ):
            yield _dask_workers(distributed, client)
        return
    count = os.cpu_count() if n_jobs == -1 else n_jobs
    # `compute_blocks` retries the block of a dead worker itself.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield _dask_workers(distributed, client)


def _dask_workers(distributed: Any, client: Any) -> Workers:
    def yield_outcomes(compute: Compute, blocks: list[Block]) -> Iterator[Outcome]:
        pending = dict[Any, Block]()
        try:
            pending |= {client.submit(compute, block, pure=False): block for block in blocks}
            for future in distributed.as_completed(list(pending)):
                block, error = pending.pop(future), _error_of(future)
                if error is not None and client.status != "running":
                    raise error
                yield future.result() if error is None else _lost(block, error)
        except Exception as error:
            # The client tries to connect again for some seconds, and then closes itself.
            if client.status != "running":
                raise LostWorkersError("the scheduler of the Dask cluster does not answer any more") from error
            raise
        finally:
            if client.status == "running":
                client.cancel(list(pending))

    return yield_outcomes


def _error_of(future: Any) -> Exception | None:
    try:
        error: Exception | None = future.exception()
    except asyncio.CancelledError as cancelled:
        # It is not an Exception, but a future of a lost scheduler is cancelled.
        return RuntimeError(f"the block was cancelled: {cancelled}")
    return error


@contextmanager
def ray_backend(n_jobs: int = -1, address: str = "") -> Iterator[Workers]:
    """Yield the workers of a Ray cluster, for ``run(..., workers=...)``; needs the extra ``ray``.

    Parameters
    ----------
    n_jobs : int
        Processors of a local cluster; -1 takes all. A cluster with an address has its own.
    address : str
        The cluster's address, such as ``"ray://10.0.0.1:10001"`` or ``"auto"``; without it a local cluster is started,
        and stopped afterwards. A cluster that expects a token, as from Ray 2.60 on, gets it with ``"auto"``, otherwise
        only where the environment variable ``RAY_AUTH_MODE`` is ``token``. Workers need this code on their path and the
        results folder under the same name.

    Raises
    ------
    RefusedError
        Where Ray is not installed or nothing answers at the address.
    """
    ray = require("ray", "ray")
    # Ray starts workers in another folder, so they need this process's absolute search path.
    path = os.pathsep.join(path or os.getcwd() for path in sys.path)
    options: dict[str, Any] = {"runtime_env": {"env_vars": {"PYTHONPATH": path}}, "log_to_driver": False}
    if address:
        options["address"] = address
    else:
        options |= {"num_cpus": None if n_jobs == -1 else n_jobs, "include_dashboard": False}
    advice = _RAY_TOKEN if address not in ("", "auto") else ""
    _connected(lambda: ray.init(logging_level="ERROR", **options), address, advice)
    try:
        yield _ray_workers(ray)
    finally:
        ray.shutdown()


def _ray_workers(ray: Any) -> Workers:
    def yield_outcomes(compute: Compute, blocks: list[Block]) -> Iterator[Outcome]:
        # By default Ray retries a block that kills its worker three times.
        remote = ray.remote(max_retries=0)(_call)
        shared = ray.put(compute)
        pending = {remote.remote(shared, block): block for block in blocks}
        head = _Head(ray.get_runtime_context().gcs_address)
        try:
            while pending:
                finished, _ = ray.wait(list(pending), num_returns=1, timeout=_SECONDS_BETWEEN_LOOKS)
                head.require_answer()
                for reference in finished:
                    block = pending.pop(reference)
                    try:
                        outcome = ray.get(reference)
                    except Exception as error:
                        outcome = _lost(block, error)
                    yield outcome
        finally:
            if head.answers:
                for unfinished in pending:
                    ray.cancel(unfinished, force=True)

    return yield_outcomes


class _Head:
    """The head of a Ray cluster: a minute after it is gone, Ray ends this process without a word."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._place = host, int(port)
        self._looked, self._unanswered = time.monotonic(), 0

    @property
    def answers(self) -> bool:
        """Return whether the head has answered lately."""
        return self._unanswered < _MOST_UNANSWERED

    def require_answer(self) -> None:
        """Look every few seconds whether the head still listens; raise a LostWorkersError where it does not."""
        if time.monotonic() < self._looked + _SECONDS_BETWEEN_LOOKS:
            return
        try:
            socket.create_connection(self._place, timeout=_SECONDS_BETWEEN_LOOKS).close()
            self._unanswered = 0
        except OSError:
            self._unanswered += 1
        self._looked = time.monotonic()
        if not self.answers:
            raise LostWorkersError("the head of the Ray cluster does not answer any more")


def _call(compute: Compute, block: Block) -> Outcome:
    return compute(block)


Backend = Callable[[int, str], AbstractContextManager[Workers]]

BACKENDS: dict[str, Backend] = {
    "loky": loky_backend,
    "dask": dask_backend,
    "ray": ray_backend,
}
"""The backends, by their names on the command line."""

if TYPE_CHECKING:
    BackendName = str
else:
    BackendName = Literal[tuple(BACKENDS)]


@contextmanager
def _quiet(*names: str) -> Iterator[None]:
    """Silence logs of a library, whose errors are raised too."""
    logs = [logging.getLogger(name) for name in names]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)


def _lost(block: Block, error: BaseException) -> Outcome:
    return Outcome(block, lost=f"{type(error).__name__}: {error}")


def _connected(connect: Callable[[], Any], address: str, advice: str = "") -> Any:
    try:
        return connect()
    except Exception as error:
        # Each library raises its own errors where no cluster answers.
        raise RefusedError(f"no cluster answers at {address or 'this machine'}: {error}{advice}") from error
