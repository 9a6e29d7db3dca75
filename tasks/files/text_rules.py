"""The rules of a task file about its name, its texts, its answers and its words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain

from tasks.entry import TaskEntry
from tasks.files.findings import Finding, nearest
from tasks.files.positions import Lines, Path
from tasks.templates import SLOT, kind_of, slots_of

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
KIND = re.compile(r"[a-z_]+")

_SLOT_LIKE = re.compile(r"<[A-Za-z_][A-Za-z0-9_.]*>")

Findings = Iterator[Finding]


def name(entry: TaskEntry, lines: Lines, taken: Collection[str]) -> Findings:
    """A name of the right form that nobody has."""
    line = lines.of("name")
    if not NAME.fullmatch(entry.name):
        yield Finding(
            line,
            f"The name is {entry.name!r}.",
            "A name is of at most 64 lower-case letters, digits and underscores, a letter first.",
            "Choose such a name.",
        )
    elif entry.name in taken:
        yield Finding(
            line,
            f"The name {entry.name!r} is taken.",
            "The tasks that come with the program keep their names.",
            "Choose another name.",
        )


def texts(entry: TaskEntry, lines: Lines) -> Findings:
    """The task says what it is about."""
    for key in ("title", "summary", "decides"):
        if not getattr(entry, key).strip():
            yield Finding(
                lines.of(key),
                f"The {key} is empty.",
                "A task says what it is about.",
                "Write a few words.",
            )


def answers(entry: TaskEntry, lines: Lines) -> Findings:
    """Two answers that differ."""
    for index, answer in enumerate(entry.answers):
        if not answer:
            yield Finding(
                lines.of("answers", index),
                f"Answer {index + 1} is empty.",
                "An answer is one token of text.",
                "Write the token's text, spaces included.",
            )
    if entry.answers[0] == entry.answers[1]:
        yield equal_answers(entry.answers[0], lines)


def equal_answers(answer: str, lines: Lines) -> Finding:
    """Both answers are the same text."""
    return Finding(
        lines.of("answers"),
        f"The first and the second answer are both {answer!r}.",
        "What is right after the first sequence is wrong after the second.",
        "Let the two answers differ.",
    )


def decide(entry: TaskEntry, lines: Lines) -> Findings:
    """Something decides, and differs between the sequences."""
    if not entry.decide:
        yield Finding(
            lines.of("decide"),
            "No slot decides.",
            "The sequences of a pair differ in it.",
            'Add decide = { slot = ["in the first", "in the second"] } and put <slot> into the '
            "templates.",
        )
    for slot, two in entry.decide.items():
        if not KIND.fullmatch(slot):
            yield _no_kind(slot, lines.of("decide", slot))
        if two[0] == two[1]:
            yield Finding(
                lines.of("decide", slot),
                f"The deciding slot <{slot}> is {two[0]!r} in both sequences.",
                "The sequences of a pair differ in what decides.",
                "Let the two texts differ.",
            )


def _no_kind(name: str, line: int) -> Finding:
    return Finding(
        line,
        f"No slot can be called {name!r}.",
        "Slots are of lower-case letters and underscores.",
        "Rename it, here and in the templates.",
    )


def words(entry: TaskEntry, lines: Lines) -> Findings:
    """Kinds that slots can have, with words that can stand in them."""
    for kind, listed in entry.words.items():
        line = lines.of("words", kind)
        if not KIND.fullmatch(kind):
            yield _no_kind(kind, line)
        if kind in entry.decide:
            yield Finding(
                line,
                f"{kind!r} is a deciding slot and a kind of words.",
                "A slot is one or the other.",
                "Rename one of the two.",
            )
        if not listed:
            yield Finding(
                line,
                f"The kind {kind!r} has no words.",
                "A slot becomes one of its words.",
                "Add words, or take the kind away.",
            )
        seen: set[str] = set()
        for index, word in enumerate(listed):
            place = lines.of("words", kind, index)
            if word in seen:
                yield Finding(
                    place,
                    f"The word {word!r} is listed again.",
                    "A word is drawn once a pair.",
                    "Take it out here.",
                    warning=True,
                )
            seen.add(word)
            if SLOT.search(word):
                yield Finding(
                    place,
                    f"The word {word!r} holds a slot.",
                    "Words are used as they are.",
                    "Put the slot into the templates.",
                )


def unused_words(entry: TaskEntry, lines: Lines) -> Findings:
    """Lists that no slot needs."""
    everything = [*entry.sources().values(), *entry.answers]
    used = {
        kind_of(slot)
        for text in (*everything, *chain(*entry.decide.values()))
        for slot in slots_of(text)
    }
    for kind in entry.words:
        if KIND.fullmatch(kind) and kind not in used:
            yield Finding(
                lines.of("words", kind),
                f"No slot uses the words of {kind!r}.",
                "Words are listed for slots.",
                f"Use <{kind}>, or take the list away.",
                warning=True,
            )


def unknown_slots(entry: TaskEntry, lines: Lines) -> Findings:
    """Slots in templates, deciding texts and answers for which there are no words."""
    known = entry.all_words
    places: dict[Path, str] = dict(entry.sources())
    places |= {("answers", i): answer for i, answer in enumerate(entry.answers)}
    places |= {("decide", s, i): t for s, two in entry.decide.items() for i, t in enumerate(two)}
    for path, text in places.items():
        for slot in slots_of(text):
            kind = kind_of(slot)
            if slot in entry.decide and path[0] in ("templates", "cores"):
                continue
            if kind in entry.decide:
                yield Finding(
                    lines.of(*path),
                    f"The deciding slot <{slot}> cannot stand in {text!r}.",
                    "Deciding slots stand in templates, without a label.",
                    "Use a slot with words here, or leave out the label.",
                )
            elif kind not in known:
                yield Finding(
                    lines.of(*path),
                    f"There are no words for the slot <{slot}> in {text!r}.",
                    "Each slot has a list of words, of its own or of those that come along.",
                    f'Add {kind} = ["..."] to [words]. {nearest(kind, known)}',
                )


def slot_like(entry: TaskEntry, lines: Lines) -> Findings:
    """What looks like a slot and is none."""
    for path, text in entry.sources().items():
        for match in _SLOT_LIKE.finditer(text):
            if not SLOT.fullmatch(match[0]):
                yield Finding(
                    lines.of(*path),
                    f"{match[0]} in {text!r} is no slot and stays as it is.",
                    "Slots are <kind> or <kind.label>: lower-case letters and underscores, then a "
                    "label of lower-case letters and digits.",
                    "Rename it, if it is meant to be one.",
                    warning=True,
                )
