"""Where blocks are computed: processes of this machine, or a cluster of Dask's or Ray's.

Dask and Ray are asked directly. Through joblib a worker that dies on Dask is never heard of again, and Ray gives
nothing back before everything is done.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Literal

from boltzmann.experiments.describe import Block
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.runs.pool import Compute, Workers, joblib_workers
from boltzmann.experiments.runs.worker import Outcome
from boltzmann.experiments.store import require


@contextmanager
def loky_backend(n_jobs: int = -1, address: str = "") -> Iterator[Workers]:
    """Give the processes of this machine, for ``run(..., workers=...)``.

    Parameters
    ----------
    n_jobs : int
        As for :func:`boltzmann.experiments.run`.
    address : str
        Nothing.

    Raises
    ------
    RefusedError
        For an address: there is nothing to connect to.
    """
    if address:
        raise RefusedError(f"address is for a cluster, the backend loky has none: {address!r}")
    yield joblib_workers(n_jobs)


@contextmanager
def dask_backend(n_jobs: int = -1, address: str = "") -> Iterator[Workers]:
    """Give the workers of a Dask cluster, for ``run(..., workers=...)``; needs the extra ``dask``.

    Parameters
    ----------
    n_jobs : int
        Workers of a local cluster, one thread each; -1 takes one a core. A cluster that has an address has its own.
    address : str
        Of the scheduler, such as ``"tcp://10.0.0.1:8786"``; without it a local cluster is made, and ended afterwards.
        Workers need this code on their path and the store's folder under the same name.

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
    # The death of a worker is counted by the run, which computes its block once more.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield _dask_workers(distributed, client)


def _dask_workers(distributed: Any, client: Any) -> Workers:
    def computed(compute: Compute, blocks: list[Block]) -> Iterator[Outcome]:
        pending = {client.submit(compute, block, pure=False): block for block in blocks}
        try:
            for future in distributed.as_completed(list(pending)):
                block, error = pending.pop(future), future.exception()
                yield future.result() if error is None else _lost(block, error)
        finally:
            client.cancel(list(pending))

    return computed


@contextmanager
def ray_backend(n_jobs: int = -1, address: str = "") -> Iterator[Workers]:
    """Give the workers of a Ray cluster, for ``run(..., workers=...)``; needs the extra ``ray``.

    Parameters
    ----------
    n_jobs : int
        Processors of a local cluster; -1 takes all. A cluster that has an address has its own.
    address : str
        Such as ``"ray://10.0.0.1:10001"`` or ``"auto"``; without it a local cluster is made, and ended afterwards.
        Workers need this code on their path and the store's folder under the same name.

    Raises
    ------
    RefusedError
        Where Ray is not installed or nothing answers at the address.
    """
    ray = require("ray", "ray")
    # Workers start elsewhere: they find the code where this process found it.
    path = os.pathsep.join(path or os.getcwd() for path in sys.path)
    chosen: dict[str, Any] = {"runtime_env": {"env_vars": {"PYTHONPATH": path}}, "log_to_driver": False}
    if address:
        chosen["address"] = address
    else:
        chosen |= {"num_cpus": None if n_jobs == -1 else n_jobs, "include_dashboard": False}
    _connected(lambda: ray.init(logging_level="ERROR", **chosen), address)
    try:
        yield _ray_workers(ray)
    finally:
        ray.shutdown()


def _ray_workers(ray: Any) -> Workers:
    def computed(compute: Compute, blocks: list[Block]) -> Iterator[Outcome]:
        # Ray would run a block that kills its worker three times more.
        remote = ray.remote(max_retries=0)(_called)
        shared = ray.put(compute)
        pending = {remote.remote(shared, block): block for block in blocks}
        try:
            while pending:
                (done,), _ = ray.wait(list(pending), num_returns=1)
                block = pending.pop(done)
                try:
                    outcome = ray.get(done)
                except Exception as error:
                    outcome = _lost(block, error)
                yield outcome
        finally:
            for left in pending:
                ray.cancel(left, force=True)

    return computed


def _called(compute: Compute, block: Block) -> Outcome:
    return compute(block)


Backend = Callable[[int, str], AbstractContextManager[Workers]]

BACKENDS: dict[str, Backend] = {"loky": loky_backend, "dask": dask_backend, "ray": ray_backend}
"""All backends, by the names that the command line has for them."""

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
        # Each library has its own errors for a cluster that is not there.
        raise RefusedError(f"no cluster answers at {address or 'this machine'}: {error}") from error
