"""Laws: what a policy, a backup or a learner does, written once as functions of numbers.

A law is called with numbers, with arrays or with symbols that stand for numbers in machine code. It uses operators and
the functions of its first argument ``m`` alone: ``where``, ``minimum``, ``maximum``, ``exp``, ``log``, ``log1p``,
``expm1``, ``sqrt``, ``sin``, ``cos``, ``tanh``, ``hypot``, ``abs``, ``floor``, ``float32`` and ``isfinite``. It chooses
by ``m.where`` instead of ``if``, and combines truth values by ``&``, ``|`` and ``~``.

A law sees a row of actions one action at a time, in passes: ``adds(m, action, row)`` returns what an action adds to
each sum of the row, ``moves(m, row)`` what the sums make of the row. An ``action`` has its value ``q``, -inf where it
is masked, and the other inputs that the law reads, such as ``visits``. A ``row`` has ``top``, its largest value, the
numbers of the step, such as ``temperature``, and the results of earlier passes.

- ``passes``: passes over a row, and the laws that consist of them: of policies, temperatures and backups
- ``changes``: the laws of learners; ``weights``: the softmax, its limits, mixtures and priors
- ``renaming``: a law under other names, beside another one
- ``indices_and_noise``: policies that read visits; ``thresholds``: sparsemax and entmax
- ``gamma_draws``: draws of log Gamma, of which log odds consist
- ``symbols``: laws as lines of code
- ``numbers_in_laws``: the types of what a law is called with; ``owners``: whose law counts
"""

from boltzmann.laws.changes import LearnerLaw, Rounds, Traces, averaged, moved
from boltzmann.laws.gamma_draws import first_word, log_gamma, noise_of, uniform_after
from boltzmann.laws.indices_and_noise import FARTHEST, LEAST_WIDTH, UNTAKEN, greedy_law, noise_law, width
from boltzmann.laws.numbers_in_laws import Functions, Named, Number
from boltzmann.laws.owners import Known, known_of, own_law
from boltzmann.laws.passes import BackupLaw, Pass, PolicyLaw, Results, StepNumber, TemperatureLaw
from boltzmann.laws.symbols import Code, Symbol, text_of
from boltzmann.laws.thresholds import entmax_law, sparsemax_law, sparser_law
from boltzmann.laws.weights import (
    expectation,
    gibbs_weight,
    greedy_weight,
    mixture,
    uniform_weight,
    weights_around,
)

__all__ = [
    "FARTHEST",
    "LEAST_WIDTH",
    "UNTAKEN",
    "BackupLaw",
    "Code",
    "Functions",
    "Known",
    "LearnerLaw",
    "Named",
    "Number",
    "Pass",
    "PolicyLaw",
    "Results",
    "Rounds",
    "StepNumber",
    "Symbol",
    "TemperatureLaw",
    "Traces",
    "averaged",
    "entmax_law",
    "expectation",
    "first_word",
    "gibbs_weight",
    "greedy_law",
    "greedy_weight",
    "known_of",
    "log_gamma",
    "mixture",
    "moved",
    "noise_law",
    "noise_of",
    "own_law",
    "sparsemax_law",
    "sparser_law",
    "text_of",
    "uniform_after",
    "uniform_weight",
    "weights_around",
    "width",
]
