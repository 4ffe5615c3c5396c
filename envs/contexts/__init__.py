"""Contextual bandits: each round shows a context, drawn whatever was done before, and pays for one action in it.

- ``context_bandit``: what both share, stepped for one problem or for many
- ``linear_contexts``: rewards that are linear in normal features
- ``digit_contexts``: handwritten digits of scikit-learn, as a classification bandit

``CONTEXTS`` lists them all; registration and contract tests follow this list.
"""

from envs.contexts.context_bandit import ContextBandit, ContextBanditVector
from envs.contexts.digit_contexts import DigitContexts, DigitContextsVector
from envs.contexts.linear_contexts import LinearContexts, LinearContextsVector
from envs.entries import Entry

__all__ = [
    "ContextBandit",
    "ContextBanditVector",
    "DigitContexts",
    "DigitContextsVector",
    "LinearContexts",
    "LinearContextsVector",
]

CONTEXTS = (Entry(LinearContexts, LinearContextsVector), Entry(DigitContexts, DigitContextsVector))
