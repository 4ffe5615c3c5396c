"""Shared by the commands that train deep agents; ``training`` has their options, and the run with all it shows."""

from scripts.support.deep.training import TrainingOptions, as_raw, policies_for, train, usual

__all__ = ["TrainingOptions", "as_raw", "policies_for", "train", "usual"]
