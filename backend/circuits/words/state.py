"""A state of the circuit's page, read from its text: the query of its address.

The page writes and reads the same text (`frontend/src/state/url.ts`). Whatever is as by default is
left out, and a value that is not understood is as by default.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs

from backend.circuits.ablation import AblationValue, Mode
from backend.circuits.question import Question
from tasks.base import Split

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class PageState:
    """What is asked in a state, and which nodes or edges are chosen.

    Attributes:
        question: what is ablated, restored, set and rescaled, in which mode; without a prompt.
        selection: name of a node or an edge.
        chosen: names of nodes that are chosen together.
    """

    question: Question
    selection: str | None
    chosen: list[str]

    @property
    def names(self) -> list[str]:
        """All nodes and edges that the state speaks of."""
        asked = self.question
        named = [*asked.ablated, *asked.restored, *asked.ablated_edges, *asked.restored_edges]
        named += [*asked.constants, *asked.factors, *self.chosen]
        return named if self.selection is None else [*named, self.selection]


def parse_state(text: str) -> PageState:
    """Reads a state from its text."""
    fields = {name: values[0] for name, values in parse_qs(text).items()}

    def names(field: str) -> list[str]:
        return [name for name in fields.get(field, "").split(",") if name]

    ablated, ablated_edges = names("ablated"), names("ablated_edges")
    restored = [name for name in names("restored") if name not in ablated]
    constants = _numbers(names("constants"), {*ablated, *restored})
    seed, size = _whole(fields.get("seed", ""), 10), _whole(fields.get("size", ""), 9)
    question = Question(
        mode=_one_of(Mode, fields.get("mode"), Mode.CIRCUIT),
        value=_one_of(AblationValue, fields.get("value"), AblationValue.MEAN),
        ablated=ablated,
        restored=restored,
        ablated_edges=ablated_edges,
        restored_edges=[name for name in names("restored_edges") if name not in ablated_edges],
        constants=constants,
        factors=_numbers(names("factors"), {*ablated, *restored, *constants}),
        split=_one_of(Split, fields.get("split"), Split.TEST),
        seed=seed or 0,
        size=size or None,
        references=False,
    )
    return PageState(question, fields.get("select"), names("chosen"))


def _numbers(items: list[str], taken: set[str]) -> dict[str, float]:
    """Reads `node:number`; a node that something else is done to is left out."""
    found = (re.fullmatch(r"([^:]+):(-?[\d.e+-]+)", item, re.IGNORECASE) for item in items)
    numbers = {match[1]: _number(match[2]) for match in found if match and match[1] not in taken}
    return {name: number for name, number in numbers.items() if math.isfinite(number)}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _one_of(enum: type[E], text: str | None, default: E) -> E:
    return next((member for member in enum if member.value == text), default)


def _whole(text: str, digits: int) -> int | None:
    plain = text.isascii() and text.isdecimal() and len(text) <= digits
    return int(text) if plain else None
