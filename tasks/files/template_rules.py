"""The rules of a task file about its templates and the pairs they give.

A task has at least ten templates, three of them of the test split and two of the validation split,
no template in two splits, and gives 200, 100 and 100 distinct pairs for training, validation and
test. Each template has a slot that decides, and the slots of its answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from tasks.base import Split
from tasks.entry import TaskEntry
from tasks.files.findings import Finding
from tasks.files.positions import Lines, Path
from tasks.files.text_rules import equal_answers
from tasks.templates import SLOT, slots_of

TEMPLATES = 10
"""Of a task, at least."""
MOST_TEMPLATES = 400
"""Of a task."""
TEMPLATES_OF = {Split.VALIDATION: 2, Split.TEST: 3}
"""Of a split, at least."""
PAIRS = {Split.TRAIN: 200, Split.VALIDATION: 100, Split.TEST: 100}
"""Distinct ones of a split, at least: as many as a search takes."""

Findings = Iterator[Finding]


def decided(entry: TaskEntry, lines: Lines) -> Findings:
    """Each template has a slot that decides, and each deciding slot is in a template."""
    marks = [f"<{slot}>" for slot in entry.decide]
    texts = entry.sources()
    alike = {
        path
        for path, prompt in entry.first_prompts().items()
        if len(set(entry.template(prompt).sides())) == 1
        and all(first != second for first, second in entry.decide.values())
    }
    for path, text in texts.items():
        if marks and not any(mark in text for mark in marks):
            yield Finding(
                lines.of(*path),
                f"The template {text!r} has no slot that decides.",
                "The sequences of a pair differ in it.",
                f"Put {' or '.join(marks)} into it.",
            )
        elif path in alike:
            yield Finding(
                lines.of(*path),
                f"The template {text!r} becomes the same text in both sequences.",
                "The sequences of a pair differ in what decides.",
                "Change the texts of its deciding slots.",
            )
    everything = "".join([*texts.values(), *chain.from_iterable(entry.decide.values())])
    for slot in entry.decide:
        if texts and f"<{slot}>" not in everything:
            yield Finding(
                lines.of("decide", slot),
                f"No template has the slot <{slot}>.",
                "A deciding slot stands in templates.",
                f"Put <{slot}> into them, or take it away.",
            )


def counts(entry: TaskEntry, lines: Lines) -> Findings:
    """Enough templates in all, and in the splits that select and report."""
    prompts = entry.prompts()
    total = sum(map(len, prompts.values()))
    where = "templates" if entry.templates is not None else "cores"
    if total < TEMPLATES:
        yield Finding(
            lines.of(where),
            f"There are {total} templates.",
            f"A task has at least {TEMPLATES}.",
            f"Add {TEMPLATES - total}.",
        )
    if total > MOST_TEMPLATES:
        yield Finding(
            lines.of(where),
            f"There are {total} templates.",
            f"A task has at most {MOST_TEMPLATES}.",
            "Use slots and word lists in place of templates written out.",
        )
    for split, least in TEMPLATES_OF.items():
        if len(prompts[split]) < least:
            yield Finding(
                lines.of(where, split.value),
                f"There are {len(prompts[split])} templates in the {split} split.",
                f"It has at least {least}.",
                f"Add {least - len(prompts[split])}.",
            )


def repeated(entry: TaskEntry, lines: Lines) -> Findings:
    """The same template twice, whatever its slots' labels are called."""
    seen: dict[str, Path] = {}
    for path, text in entry.sources().items():
        first = seen.setdefault(_normal(text), path)
        if first != path:
            across = first[0] == "templates" and first[1] != path[1]
            yield Finding(
                lines.of(*path),
                f"The template {text!r} is that of line {lines.of(*first)} again.",
                "No template is in two splits." if across else "Templates differ.",
                "Take one of the two out, or change it.",
            )


def prompt_ends(entry: TaskEntry, lines: Lines) -> Findings:
    """What a template's end and the answers' slots say of each other."""
    for path, prompt in entry.first_prompts().items():
        template = entry.template(prompt)
        for side, answer in zip(template.sides(), entry.answers, strict=True):
            missing = [slot for slot in slots_of(answer) if slot not in slots_of(side)]
            if missing:
                yield Finding(
                    lines.of(*path),
                    f"The slot <{missing[0]}> of the answer {answer!r} is not in the prompt "
                    f"{side!r}.",
                    "A sequence tells its answer.",
                    f"Put <{missing[0]}> into the template.",
                )
            elif answer and side.endswith(answer):
                yield Finding(
                    lines.of(*path),
                    f"The prompt {side!r} ends with its right answer already.",
                    "The answer is what follows the prompt.",
                    "Take it off the template's end.",
                    warning=True,
                )


def filled(entry: TaskEntry, lines: Lines) -> Findings:
    """Enough distinct pairs, and different answers in each."""
    prompts = entry.prompts()
    if sum(map(len, prompts.values())) > MOST_TEMPLATES:
        return
    task = entry.task(prompts)
    for split, wanted in PAIRS.items():
        found = task.fillings(split, wanted)
        where = lines.of("templates", split.value) if entry.templates else lines.of("cores")
        if prompts[split] and len(found) < wanted:
            yield Finding(
                where,
                f"The {split} split gives {len(found)} distinct pairs.",
                f"A search needs {wanted}.",
                "Add words, slots or templates.",
            )
        used = {index for _, index in found}
        for index, prompt in enumerate(prompts[split]):
            if len(found) == wanted > len(prompts[split]) and index not in used:
                yield Finding(
                    lines.of(*prompt.path),
                    f"The template {prompt.text!r} cannot be filled.",
                    "Slots of one kind with different labels become different words.",
                    "List more words of that kind, or use fewer labels.",
                )
        equal = [one for one, _ in found if one.first_answer == one.second_answer]
        if equal and entry.answers[0] != entry.answers[1]:
            yield equal_answers(equal[0].first_answer, lines)


def _normal(text: str) -> str:
    """The text with labels numbered in their order."""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return f"<{match[1]}.{numbers.setdefault(match[0], str(len(numbers)))}>"

    return SLOT.sub(number, text)
