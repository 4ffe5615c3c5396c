"""Laws become text.

- ``symbols``: a law called with symbols leaves lines of code
- ``kernels``: a kernel while it is written: its lines, arguments and working memory
- ``folds``: passes over the actions of a block of rows, and the choice of actions
- ``noisy_choice``: the choice of the largest noisy score
- ``texts``: texts that were written before
"""

from boltzmann.experiments.engine.compiled.writing.folds import (
    Fold,
    write_choice,
    write_probabilities,
    write_weights,
)
from boltzmann.experiments.engine.compiled.writing.kernels import BLOCK, VECTOR, Kernel, Numbers, make_memory
from boltzmann.experiments.engine.compiled.writing.noisy_choice import PAIR, write_noisy_choice
from boltzmann.experiments.engine.compiled.writing.texts import Written, keep_text, key_of_text, known_text
from boltzmann.laws import Code, Symbol, text_of

__all__ = [
    "BLOCK",
    "PAIR",
    "VECTOR",
    "Code",
    "Fold",
    "Kernel",
    "Numbers",
    "Symbol",
    "Written",
    "keep_text",
    "key_of_text",
    "known_text",
    "make_memory",
    "text_of",
    "write_choice",
    "write_noisy_choice",
    "write_probabilities",
    "write_weights",
]
