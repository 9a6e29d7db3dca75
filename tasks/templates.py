"""Templates with slots, and all the ways to fill them.

A slot is `<kind>` or `<kind.label>`; within one filling the same slot has the same text everywhere,
and slots of one kind with different labels have different texts. A task's deciding slots have two
texts, one for the first sequence of a pair and one for the second; those may hold slots too.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from random import Random

from tasks.base import TaskError

SLOT = re.compile(r"<([a-z_]+)(?:\.([a-z0-9]+))?>")
CORE = "@"
Words = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Filling:
    """One filled template: both prompts and both answers, as text."""

    first: str
    second: str
    first_answer: str
    second_answer: str


@dataclass(frozen=True)
class PairTemplate:
    """A prompt with slots, of which some decide.

    Attributes:
        prompt: text with slots.
        answers: the first and the second answer, which may hold slots.
        decide: the two texts of each deciding slot.
        words: the texts of every other kind of slot.
    """

    prompt: str
    answers: tuple[str, str]
    decide: Mapping[str, tuple[str, str]]
    words: Words

    def sides(self) -> tuple[str, str]:
        """The first and the second prompt, other slots still open."""
        first, second = self.prompt, self.prompt
        for slot, (first_text, second_text) in self.decide.items():
            first = first.replace(f"<{slot}>", first_text)
            second = second.replace(f"<{slot}>", second_text)
        return first, second

    def fillings(self, random: Random, limit: int) -> Iterator[Filling]:
        """Fillings in random order without repetition: all of them if no more than `limit`."""
        first, second = self.sides()
        slots = slots_of(first + second + "".join(self.answers))
        choices = [self._words(slot) for slot in slots]
        total = prod(len(words) for words in choices)
        for number in _sample(random, total, limit):
            chosen = _decode(number, choices)
            if _labels_differ(slots, chosen):
                values = dict(zip(slots, chosen, strict=True))
                yield Filling(
                    first=fill(first, values),
                    second=fill(second, values),
                    first_answer=fill(self.answers[0], values),
                    second_answer=fill(self.answers[1], values),
                )

    def _words(self, slot: str) -> Sequence[str]:
        kind = kind_of(slot)
        if not self.words.get(kind):
            known = ", ".join(sorted(self.words))
            raise TaskError(
                f"template {self.prompt!r} has a slot <{slot}>, but there are no words for "
                f"{kind!r}; add them to the task's data or use one of: {known}"
            )
        return self.words[kind]


def place(core: str, setting: str) -> str:
    """Put a core into a setting at `@`, its later lines indented like the line that holds `@`."""
    indent = setting.rsplit("\n", 1)[-1].removesuffix(CORE)
    body = core.rstrip("\n")
    indented = body.replace("\n", "\n" + indent) + core[len(body) :]
    return setting.replace(CORE, indented)


def kind_of(slot: str) -> str:
    """The kind of a slot without its brackets: what stands before its label."""
    return slot.split(".")[0]


def _sample(random: Random, total: int, limit: int) -> Iterable[int]:
    """Distinct numbers below `total` in random order: all of them if no more than `limit`."""
    if total <= sys.maxsize:
        return random.sample(range(total), min(total, limit))
    return dict.fromkeys(random.randrange(total) for _ in range(limit))


def slots_of(text: str) -> list[str]:
    """The slots of a text, each once, without their brackets."""
    return list(dict.fromkeys(match[0][1:-1] for match in SLOT.finditer(text)))


def _decode(number: int, choices: Sequence[Sequence[str]]) -> list[str]:
    chosen = []
    for words in choices:
        number, index = divmod(number, len(words))
        chosen.append(words[index])
    return chosen


def _labels_differ(slots: Sequence[str], chosen: Sequence[str]) -> bool:
    used = {(kind_of(slot), text) for slot, text in zip(slots, chosen, strict=True)}
    return len(used) == len(slots)


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its slots replaced."""
    return SLOT.sub(lambda match: values[match[0][1:-1]], text)
