"""Shared by the scripts.

- ``names``: from the text of a command line to agents, policies and tasks; ``problems``: the same for studies
- ``command``: the frame of every command; ``streams``: the guard of stdout and stderr
- ``console``: what the terminal prints, and errors in one line; ``progress_bar``; ``tables``;
  ``drawing``: a figure to a file and the page
- ``costs``: the memory, disk and time that runs need; ``options``: options of several scripts
- ``refusals``: what is refused before anything is computed; ``running``: the runs of a study
"""

from scripts.support.command import command, read_options
from scripts.support.drawing import draw_and_save, write_and_print
from scripts.support.names import NAMES, make_task, read_agent, taught
from scripts.support.options import CellTimeout, Confidence, DryRun, Jobs, Seed, TaskAgent, Tasks, TaskSteps, steps_of
from scripts.support.problems import make_problem, read_policy
from scripts.support.progress_bar import ProgressBar
from scripts.support.running import study_runs
from scripts.support.tables import print_answer, print_path, print_table

__all__ = [
    "NAMES",
    "CellTimeout",
    "Confidence",
    "DryRun",
    "Jobs",
    "ProgressBar",
    "Seed",
    "TaskAgent",
    "TaskSteps",
    "Tasks",
    "command",
    "draw_and_save",
    "make_problem",
    "make_task",
    "print_answer",
    "print_path",
    "print_table",
    "read_agent",
    "read_options",
    "read_policy",
    "steps_of",
    "study_runs",
    "taught",
    "write_and_print",
]
