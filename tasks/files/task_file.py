"""A task file: TOML with the keys of a task, read and checked, all that is wrong with it at once.

1. Syntax: UTF-8 and TOML.
2. Form: each key known, there, and of its type (`form`).
3. Rules: about names, words, templates and the pairs they give (`rules`).

What a checkpoint's tokenizer makes of the task is checked elsewhere (`token_rules`).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tasks.base import Split
from tasks.entry import Prompt, TaskEntry
from tasks.files.findings import Finding
from tasks.files.form import read_form
from tasks.files.positions import Lines
from tasks.files.rules import rule_findings
from tasks.template_task import Task

MAX_BYTES = 256 * 2**10
"""Of a task file."""

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class TaskFile:
    """A task file and what is wrong with it.

    Attributes:
        content: of the file.
        lines: of its keys and values.
        entry: what it says; None if it is no TOML.
        prompts: its templates that can be filled, by split, as `task` has them.
        task: made of these; None if there is none to be made.
        findings: by line.
    """

    content: bytes
    lines: Lines = field(default_factory=lambda: Lines(""))
    entry: TaskEntry | None = None
    prompts: Mapping[Split, Sequence[Prompt]] = field(default_factory=dict)
    task: Task | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """Of the task; empty if the file does not say."""
        return "" if self.task is None else self.task.name

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings because of which the task cannot be used."""
        return tuple(finding for finding in self.findings if not finding.warning)


def read_task_file(content: bytes, taken: Collection[str] = ()) -> TaskFile:
    """Read a task file.

    Args:
        content: of the file.
        taken: names that its task may not have.
    """
    digest = hashlib.sha256(content).hexdigest()
    try:
        text = _text(content)
        data = tomllib.loads(text)
    except _UnreadableError as error:
        return TaskFile(content, findings=(error.finding,))
    except tomllib.TOMLDecodeError as error:
        return TaskFile(content, findings=(_syntax(str(error), text),))
    lines = Lines(text)
    found, unusable, entry = read_form(data, lines)
    found += rule_findings(entry, unusable, lines, taken)
    prompts: dict[Split, list[Prompt]] = {}
    task = None
    if not unusable & {"name", "answers", "decide", "words", "templates"}:
        prompts = entry.usable_prompts()
        task = entry.task(prompts, digest)
    ordered = tuple(sorted(dict.fromkeys(found)))
    return TaskFile(content, lines, entry, prompts, task, ordered)


class _UnreadableError(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _UnreadableError(
            Finding(
                1,
                f"The file has more than {MAX_BYTES} bytes.",
                "That is what a task file may have at most.",
                "Use slots and word lists in place of templates written out.",
            )
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(
            Finding(
                line,
                f"Byte {content[error.start]:#04x} is no UTF-8.",
                "TOML is written in UTF-8.",
                "Save the file in UTF-8.",
            )
        ) from None


def _syntax(message: str, text: str) -> Finding:
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else max(1, len(text.splitlines()))
    return Finding(
        line,
        f"{_PLACE.sub('', message)}.",
        "A task file is TOML 1.0.",
        "Correct the syntax; what else there is to say of the file is found afterwards.",
    )
