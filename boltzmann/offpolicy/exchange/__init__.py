"""Logs from and to files.

- ``log_parquet``: Parquet, whole
- ``vowpal_wabbit``: the text of Vowpal Wabbit's ``--cb``
- ``recorded_runs``: the decisions that a run recorded
"""

from boltzmann.offpolicy.exchange.log_parquet import read_log_parquet, write_log_parquet
from boltzmann.offpolicy.exchange.recorded_runs import log_of_arrays, read_run
from boltzmann.offpolicy.exchange.vowpal_wabbit import read_cb, write_cb

__all__ = ["log_of_arrays", "read_cb", "read_log_parquet", "read_run", "write_cb", "write_log_parquet"]
