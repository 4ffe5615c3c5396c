"""Where blocks are computed: processes of this machine, or a cluster of Dask's or Ray's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from boltzmann.experiments.errors import RefusedError

__all__ = ["BACKENDS", "dask_backend", "loky_backend", "ray_backend"]


@contextmanager
def loky_backend(n_jobs: int = -1, address: str = "") -> Iterator[None]:
    """Let :func:`boltzmann.experiments.run` compute in processes of this machine, as it does without any of these.

    Parameters
    ----------
    n_jobs : int
        Not read: ``run`` has it too.
    address : str
        Nothing.

    Raises
    ------
    RefusedError
        For an address: there is nothing to connect to.
    """
    if address:
        raise RefusedError(f"address is for a cluster, the backend loky has none: {address!r}")
    import joblib

    with joblib.parallel_config(backend="loky"):
        yield


@contextmanager
def dask_backend(n_jobs: int = -1, address: str = "") -> Iterator[None]:
    """Let :func:`boltzmann.experiments.run` compute on a Dask cluster; needs the extra ``dask``.

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
    client_class, cluster_class = _require("distributed", "dask", lambda module: (module.Client, module.LocalCluster))
    import dask
    import joblib

    # The death of a worker is counted here: a block that kills one is run again once.
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        if address:
            client = _connected(lambda: client_class(address, timeout=10), address)
            with client, joblib.parallel_config(backend="dask"):
                yield
            return
        workers = os.cpu_count() if n_jobs == -1 else n_jobs
        local = cluster_class(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        with local, client_class(local), joblib.parallel_config(backend="dask"):
            yield


@contextmanager
def ray_backend(n_jobs: int = -1, address: str = "") -> Iterator[None]:
    """Let :func:`boltzmann.experiments.run` compute on a Ray cluster; needs the extra ``ray``.

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
    ray, register = _require("ray.util.joblib", "ray", lambda module: (__import__("ray"), module.register_ray))
    import joblib

    # Workers start elsewhere: they find the code where this process found it.
    chosen: dict[str, Any] = {"runtime_env": {"env_vars": {"PYTHONPATH": _python_path()}}}
    chosen |= {"address": address} if address else {"num_cpus": None if n_jobs == -1 else n_jobs}
    _connected(lambda: ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR", **chosen), address)
    try:
        register()
        with joblib.parallel_config(backend="ray"):
            yield
    finally:
        ray.shutdown()


Backend = Callable[[int, str], AbstractContextManager[None]]

BACKENDS: dict[str, Backend] = {"loky": loky_backend, "dask": dask_backend, "ray": ray_backend}
"""By the names that the command line has for them."""


def _python_path() -> str:
    import sys

    return os.pathsep.join(path or os.getcwd() for path in sys.path)


def _require(module: str, extra: str, give: Callable[[Any], Any]) -> Any:
    import importlib

    try:
        return give(importlib.import_module(module))
    except ImportError as error:
        raise RefusedError(
            f"the backend {extra} is not installed ({error}): pip install 'boltzmann-exploration[{extra}]'"
        ) from error


def _connected(connect: Callable[[], Any], address: str) -> Any:
    try:
        return connect()
    except Exception as error:
        # Each library has its own errors for a cluster that is not there.
        raise RefusedError(f"no cluster answers at {address or 'this machine'}: {error}") from error
