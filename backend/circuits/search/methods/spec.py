"""What a search method says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.circuits.search.problem import Found, Problem

Method = Callable[[Problem], Found]
"""Raises `SearchFailed` where no circuit meets the target, `SearchCancelled` where told to."""


@dataclass(frozen=True)
class MethodSpec:
    """A method with its name and its descent.

    Attributes:
        name: as in `SearchConfig.method`.
        title: a few words for people.
        source: the publication it follows.
        deviations: where it departs from it, a sentence each.
        find: the method itself.
    """

    name: str
    title: str
    source: str
    deviations: tuple[str, ...]
    find: Method
