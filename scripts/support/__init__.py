"""Shared by the scripts.

- ``names``: from the text of a command line to agents, policies and tasks; ``problems``: the same for studies
- ``console``: what the terminal prints, and errors in one line; ``progress_bar``; ``tables``
- ``costs``: the memory and time that a comparison needs; ``options``: options of several scripts
"""

from scripts.support.names import NAMES, make_task, read_agent
from scripts.support.options import CellTimeout, Confidence, Jobs, Seed, TaskAgent, Tasks, TaskSteps, steps_of
from scripts.support.problems import make_problem, read_policy
from scripts.support.progress_bar import ProgressBar
from scripts.support.tables import print_answer, print_table

__all__ = [
    "NAMES",
    "CellTimeout",
    "Confidence",
    "Jobs",
    "ProgressBar",
    "Seed",
    "TaskAgent",
    "TaskSteps",
    "Tasks",
    "make_problem",
    "make_task",
    "print_answer",
    "print_table",
    "read_agent",
    "read_policy",
    "steps_of",
]
