"""The backends that compute blocks: processes of this machine, or a cluster of Dask or Ray.

Dask and Ray are called directly. Through joblib, Dask never reports a worker that died, and Ray returns nothing before
all blocks are finished.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Literal

from boltzmann.checks import shown
from boltzmann.experiments.describe import Block
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.runs.pool import Compute, LocalWorkers, Workers
from boltzmann.experiments.runs.worker import Outcome
from boltzmann.experiments.store import require


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
        with _connected(lambda: distributed.Client(address, timeout=10), address) as client:
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
        pending = {client.submit(compute, block, pure=False): block for block in blocks}
        try:
            for future in distributed.as_completed(list(pending)):
                block, error = pending.pop(future), future.exception()
                yield future.result() if error is None else _lost(block, error)
        finally:
            client.cancel(list(pending))

    return yield_outcomes


@contextmanager
def ray_backend(n_jobs: int = -1, address: str = "") -> Iterator[Workers]:
    """Yield the workers of a Ray cluster, for ``run(..., workers=...)``; needs the extra ``ray``.

    Parameters
    ----------
    n_jobs : int
        Processors of a local cluster; -1 takes all. A cluster with an address has its own.
    address : str
        The cluster's address, such as ``"ray://10.0.0.1:10001"`` or ``"auto"``; without it a local cluster is started,
        and stopped afterwards. Workers need this code on their path and the results folder under the same name.

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
    _connected(lambda: ray.init(logging_level="ERROR", **options), address)
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
        try:
            while pending:
                (finished,), _ = ray.wait(list(pending), num_returns=1)
                block = pending.pop(finished)
                try:
                    outcome = ray.get(finished)
                except Exception as error:
                    outcome = _lost(block, error)
                yield outcome
        finally:
            for unfinished in pending:
                ray.cancel(unfinished, force=True)

    return yield_outcomes


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


def _lost(block: Block, error: BaseException) -> Outcome:
    return Outcome(block, lost=f"{type(error).__name__}: {error}")


def _connected(connect: Callable[[], Any], address: str) -> Any:
    try:
        return connect()
    except Exception as error:
        # Each library raises its own errors where no cluster answers.
        raise RefusedError(f"no cluster answers at {address or 'this machine'}: {error}") from error
