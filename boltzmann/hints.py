"""A call with an unknown keyword is refused with a hint: people know a parameter by other names from elsewhere."""

from __future__ import annotations

import difflib
import functools
import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_MEANT = {
    ("mask", "masks", "action_mask", "action_masks", "allowed", "legal", "legal_actions", "valid_actions"): "where",
    ("where", "action_mask", "mask", "next_mask"): "next_where",
    ("T", "temp", "tau", "t", "temperatures", "beta", "inverse_temperature"): "temperature",
    ("eps", "exploration", "epsilons"): "epsilon",
    ("eps", "epsilon", "gamma"): "exploration",
    ("gamma", "discount_factor", "discount_rate"): "discount",
    ("alpha", "lr", "learning_rate", "eta", "stepsize"): "step_size",
    ("lambda_", "lam", "lmbda", "decay"): "trace_decay",
    ("q", "Q", "q_values", "logits", "x", "a", "preferences", "action_values"): "values",
    ("p", "pi", "probabilities", "weights"): "probs",
    ("p", "pi", "probs", "probabilities"): "weights",
    ("seed", "random_state", "generator", "key", "random", "np_random"): "rng",
    ("size", "n", "num", "samples", "sample_shape"): "shape",
    ("dim", "dims", "axes"): "axis",
    ("t", "timestep", "time", "iteration", "steps"): "step",
    ("n", "N", "counts", "visit_counts"): "visits",
    ("T", "horizon", "n_steps", "num_steps", "duration", "decay_steps", "total_steps"): "steps",
    ("initial", "initial_temperature", "init_value", "init", "T0", "start_value"): "start",
    ("final", "final_temperature", "end_value", "stop", "min_temperature"): "end",
    ("b", "weights", "base_measure", "reference"): "prior",
    ("q0", "Q0", "initial_q", "initial_values", "optimistic_value"): "initial_value",
    ("state", "states", "obs", "observation"): "observations",
    ("c", "ucb"): "confidence",
    ("T", "temperature", "temp", "tau", "beta"): "omega",
}
"""The keywords that people write, and the parameter that they may mean."""

_CLASSES = {
    ("softmax", "gibbs", "boltzmannexploration", "boltzmannpolicy", "softmaxpolicy"): ("Boltzmann",),
    ("egreedy", "epsgreedy", "epsilon"): ("EpsilonGreedy",),
    ("ucb", "upperconfidencebound"): ("UCB1",),
    ("thompson", "thompsonsampling"): ("GaussianThompson", "BernoulliThompson"),
    ("random", "randompolicy"): ("Uniform",),
    ("argmax", "max"): ("Greedy",),
    ("q", "qtable", "tabularq"): ("QLearning",),
}
"""Names of classes elsewhere, in small letters without signs between words, and the classes that they mean."""

_INVERSE = ("beta", "inverse_temperature")


def meant_names(unknown: str, known: Iterable[str]) -> list[str]:
    """Return which of the known names of classes one may mean: in other letters, by another word, or misspelt.

    Examples
    --------
    >>> from boltzmann import policies
    >>> [meant_names(name, policies.__all__) for name in ("epsilon_greedy", "Softmax", "Unifrom")]
    [['EpsilonGreedy'], ['Boltzmann'], ['Uniform']]
    """

    def plain(name: str) -> str:
        return re.sub(r"[\W_]", "", name).lower()

    known = list(known)
    same = [name for name in known if plain(name) == plain(unknown)]
    other = [name for words, names in _CLASSES.items() if plain(unknown) in words for name in names if name in known]
    return same or other or difflib.get_close_matches(unknown, known, n=3)


def with_hints(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Let a function refuse a wrong call in words: an unknown keyword with a hint, and arguments that do not fit.

    The message names the function, and for methods of parameters, such as ``policy.act``, the class of the object.

    Examples
    --------
    >>> from boltzmann import Greedy, softmax
    >>> softmax([0.0, 1.0], mask=[True, False])
    Traceback (most recent call last):
        ...
    TypeError: softmax() got an unexpected keyword argument 'mask': did you mean where=?
    >>> Greedy()([0.0, 1.0], 5)
    Traceback (most recent call last):
        ...
    TypeError: a call of Greedy() takes values alone by position: write step=, visits=, where=, variances=
    """
    accepted = _keywords_of(function)

    @functools.wraps(function)
    def call(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        try:
            return function(*args, **kwargs)
        except TypeError:
            # Looking at the arguments of every call would be felt.
            if accepted is not None and not accepted.issuperset(kwargs):
                raise _refusal(_called(function, args), kwargs, accepted) from None
            _require_fitting(function, args, kwargs)
            raise

    return call


def _called(function: Callable[..., object], args: tuple[object, ...]) -> str:
    """Name what was called as users know it, without the class that a method was inherited from."""
    owner, _, name = function.__qualname__.rpartition(".")
    if name == "__init__":
        return f"{owner}()"
    # Only dataclasses of parameters inherit methods of a base class that users have never heard of.
    if name in ("__call__", "act", "reset") and args:
        kind = type(args[0]).__name__
        return f"a call of {kind}()" if name == "__call__" else f"{kind}.{name}()"
    return f"{function.__qualname__}()"


def _require_fitting(function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> None:
    """Raise a TypeError for arguments that do not fit the signature."""
    signature = inspect.signature(function)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        kinds = {
            name: parameter.kind for name, parameter in signature.parameters.items() if name not in ("self", "cls")
        }
        placed = [name for name, kind in kinds.items() if kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        named = [f"{name}=" for name, kind in kinds.items() if kind is inspect.Parameter.KEYWORD_ONLY]
        if len(args) > len(signature.parameters) - len(kinds) + len(placed) and named:
            text = f"takes {' and '.join(placed)}{' alone' * (len(placed) == 1)} by position: write {', '.join(named)}"
        else:
            text = f"was called wrongly: {error}"
        raise TypeError(f"{_called(function, args)} {text}") from None


def with_plain_signature(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Hide ``**unknown`` from the signature of a function that is too short for another call and hints by itself."""
    signature = inspect.signature(function)
    known = [parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    function.__signature__ = signature.replace(parameters=known)  # type: ignore[attr-defined]
    return function


def require_known(name: str, given: Iterable[str], accepted: frozenset[str] | None) -> None:
    """Raise a TypeError for the first keyword that a call does not accept; None accepts all."""
    if accepted is not None and not accepted.issuperset(given):
        raise _refusal(f"{name}()", given, accepted)


def _refusal(name: str, given: Iterable[str], accepted: frozenset[str]) -> TypeError:
    unknown = next(keyword for keyword in given if keyword not in accepted)
    message = f"{name} got an unexpected keyword argument {unknown[:200]!r}"
    return TypeError(f"{message}: {_hint(unknown, accepted)}" if accepted else message)


@functools.cache
def keywords_of_class(kind: Any) -> frozenset[str] | None:
    """Return the keywords that make an object of a class."""
    return _keywords_of(kind.__init__)


def _keywords_of(function: Callable[..., Any]) -> frozenset[str] | None:
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    taken = (parameter.name for parameter in parameters if parameter.kind is not parameter.POSITIONAL_ONLY)
    return frozenset(taken) - {"self", "cls"}


def _hint(unknown: str, accepted: frozenset[str]) -> str:
    meant = [name for keywords, name in _MEANT.items() if unknown in keywords and name in accepted]
    if "temperature" in meant and unknown in _INVERSE:
        return "did you mean temperature=1 / beta?"
    meant = meant or difflib.get_close_matches(unknown, sorted(accepted), n=1)
    if meant:
        return f"did you mean {' or '.join(f'{name}=' for name in meant)}?"
    return f"it takes {', '.join(sorted(accepted))}"
