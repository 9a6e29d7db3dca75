"""All rules of a task file that can be checked without a checkpoint, put together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Set

from tasks.entry import TaskEntry
from tasks.files.findings import Finding
from tasks.files.positions import Lines
from tasks.files.template_rules import counts, decided, filled, prompt_ends, repeated
from tasks.files.text_rules import (
    answers,
    decide,
    name,
    slot_like,
    texts,
    unknown_slots,
    unused_words,
    words,
)

Rule = Callable[[TaskEntry, Lines], Iterator[Finding]]

_ALL = frozenset({"answers", "decide", "words", "templates"})
RULES: tuple[tuple[Rule, frozenset[str]], ...] = (
    (texts, frozenset({"title", "summary", "decides"})),
    (answers, frozenset({"answers"})),
    (decide, frozenset({"decide"})),
    (decided, frozenset({"decide", "templates"})),
    (words, frozenset({"words", "decide"})),
    (unused_words, _ALL),
    (unknown_slots, frozenset({"decide", "words"})),
    (slot_like, frozenset({"templates"})),
    (counts, frozenset({"templates"})),
    (repeated, frozenset({"templates"})),
    (prompt_ends, _ALL),
)
"""The rules, and the keys each asks for."""


def rule_findings(
    entry: TaskEntry, unusable: Set[str], lines: Lines, taken: Collection[str]
) -> list[Finding]:
    """What breaks the rules.

    Args:
        entry: the task.
        unusable: keys that hold something else than the file does; rules about them are left out.
        lines: of the file.
        taken: names the task may not have.
    """
    found = [] if "name" in unusable else list(name(entry, lines, taken))
    for rule, needs in RULES:
        if not unusable & needs:
            found += rule(entry, lines)
    if not unusable & _ALL and not any(True for _ in unknown_slots(entry, lines)):
        found += filled(entry, lines)
    return found
