"""Shared by the scripts.

- ``names``: from the text of a command line to agents, policies and tasks; ``problems``: the same for studies
- ``frame``: what every command has, with its options in groups; ``streams``: the guard of stdout and stderr;
  ``output``: text, silence or one JSON document
- ``console``: what the terminal prints, and errors in one line; ``progress_bar``; ``tables``;
  ``drawing``: a figure to a file and the page
- ``costs``: the memory, disk and time that runs need; ``options``: options of several scripts
- ``refusals``: what is refused before anything is computed; ``running``: a comparison with
  all that it shows, and the runs of a study; ``deep``: what the commands of deep agents share
"""

from scripts.support.deep import TrainingOptions, as_raw, policies_for, train, usual
from scripts.support.drawing import draw_and_save, write_and_print
from scripts.support.frame import command, read_options
from scripts.support.names import NAMES, as_written, make_task, read_agent, taught
from scripts.support.options import (
    ActionValues,
    Baseline,
    Block,
    CellTimeout,
    Confidence,
    DryRun,
    Environments,
    Families,
    Highest,
    Jobs,
    Learners,
    Lowest,
    Metric,
    Output,
    Policies,
    Replicates,
    Seed,
    Steps,
    StoredResults,
    Temperatures,
    only,
    steps_of,
)
from scripts.support.output import current_output, note
from scripts.support.problems import make_problem, read_policy
from scripts.support.progress_bar import ProgressBar
from scripts.support.running import compare, require_comparison_folder, results_folder, study_runs
from scripts.support.tables import print_answer, print_path, print_table

__all__ = [
    "NAMES",
    "ActionValues",
    "Baseline",
    "Block",
    "CellTimeout",
    "Confidence",
    "DryRun",
    "Environments",
    "Families",
    "Highest",
    "Jobs",
    "Learners",
    "Lowest",
    "Metric",
    "Output",
    "Policies",
    "ProgressBar",
    "Replicates",
    "Seed",
    "Steps",
    "StoredResults",
    "Temperatures",
    "TrainingOptions",
    "as_raw",
    "as_written",
    "command",
    "compare",
    "current_output",
    "draw_and_save",
    "make_problem",
    "make_task",
    "note",
    "only",
    "policies_for",
    "print_answer",
    "print_path",
    "print_table",
    "read_agent",
    "read_options",
    "read_policy",
    "require_comparison_folder",
    "results_folder",
    "steps_of",
    "study_runs",
    "taught",
    "train",
    "usual",
    "write_and_print",
]
