"""A policy's law under other names, so that it can stand beside another law of the same row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from boltzmann.laws.passes import Pass, PolicyLaw, Results


def renamed(law: PolicyLaw, ending: str) -> PolicyLaw:
    """Return a law whose numbers, constants and results of passes have an ending after their names."""
    names = {*law.numbers, *law.constants}

    def reading(read: Callable[..., Any]) -> Callable[..., Any]:
        return lambda m, *numbers: read(m, *(_Renamed(each, names, ending) for each in numbers))

    def returning(read: Callable[..., Results]) -> Callable[..., Results]:
        def results(m: Any, *numbers: Any) -> Results:
            found = reading(read)(m, *numbers)
            names.update(found)
            return {name + ending: result for name, result in found.items()}

        return results

    def whole(one: Pass) -> Pass:
        return replace(
            one,
            adds=returning(one.adds),
            moves=None if one.moves is None else returning(one.moves),
            keeps=tuple(name + ending for name in one.keeps),
            largest=tuple(name + ending for name in one.largest),
            first={name + ending: of + ending for name, of in one.first.items()},
            until=one.until and one.until + ending,
            guess=one.guess and one.guess + ending,
        )

    return replace(
        law,
        weight=None if law.weight is None else reading(law.weight),
        passes=tuple(whole(one) for one in law.passes),
        numbers={name + ending: number for name, number in law.numbers.items()},
        constants={name + ending: numbers for name, numbers in law.constants.items()},
        requires=None if law.requires is None else reading(law.requires),
    )


class _Renamed:
    """Numbers by name, some of which have an ending in what is read."""

    def __init__(self, numbers: Any, names: set[str], ending: str) -> None:
        self._numbers, self._names, self._ending = numbers, names, ending

    def __getattr__(self, name: str) -> Any:
        return getattr(self._numbers, name + self._ending if name in self._names else name)
