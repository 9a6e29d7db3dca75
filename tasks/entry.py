"""A task as TOML tells it: what stands in `data/*.toml` for each task, and in a task file.

Templates are given in full, by split, or made: every core is put into each of a setting's templates
(`data/words.toml`), which has some for each split.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, StrictBool

from tasks.base import Split
from tasks.files.positions import Path
from tasks.template_task import Task
from tasks.templates import PairTemplate, Words, kind_of, place, slots_of

Two = tuple[str, str]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SplitTemplates(_Entry):
    """Prompts with slots, by split."""

    train: list[str]
    validation: list[str]
    test: list[str]


class TaskEntry(_Entry):
    """The keys of a task; their meaning is in docs/tasks.md."""

    name: str
    title: str
    summary: str
    decides: str
    answers: Two
    decide: dict[str, Two]
    display: Two | None = None
    symmetric: StrictBool = False
    completions: Two | None = None
    words: dict[str, list[str]] = {}
    templates: SplitTemplates | None = None
    cores: list[str] = []
    settings: str = ""

    @property
    def all_words(self) -> Words:
        """The words of every kind: the shared ones, and the entry's own in their stead."""
        return {**shared_words(), **self.words}

    def prompts(self) -> dict[Split, list[Prompt]]:
        """The templates of each split, in the order in which a task has them."""
        if self.templates is not None:
            return {
                split: [
                    Prompt(text, ("templates", split.value, index))
                    for index, text in enumerate(getattr(self.templates, split.value))
                ]
                for split in Split
            }
        return {
            split: [
                Prompt(place(core, setting), ("cores", index))
                for setting in shared_settings()[self.settings][split.value]
                for index, core in enumerate(self.cores)
            ]
            for split in Split
        }

    def usable_prompts(self) -> dict[Split, list[Prompt]]:
        """The templates all of whose slots have words."""

        def fits(prompt: Prompt) -> bool:
            template = self.template(prompt)
            text = "".join([*template.sides(), *template.answers])
            return all(template.words.get(kind_of(slot)) for slot in slots_of(text))

        return {split: list(filter(fits, prompts)) for split, prompts in self.prompts().items()}

    def sources(self) -> dict[Path, str]:
        """The templates, or the cores they are made of, as the entry says them."""
        if self.templates is None:
            return {("cores", index): core for index, core in enumerate(self.cores)}
        return {one.path: one.text for prompts in self.prompts().values() for one in prompts}

    def first_prompts(self) -> dict[Path, Prompt]:
        """A template of each of the sources."""
        found: dict[Path, Prompt] = {}
        for prompts in self.prompts().values():
            for prompt in prompts:
                found.setdefault(prompt.path, prompt)
        return found

    def template(self, prompt: Prompt) -> PairTemplate:
        """The template of a prompt."""
        return PairTemplate(prompt.text, self.answers, self.decide, self.all_words)

    def task(self, prompts: Mapping[Split, list[Prompt]], digest: str = "") -> Task:
        """The task with some of its prompts."""
        return Task(
            name=self.name,
            title=self.title,
            summary=self.summary,
            decides=self.decides,
            answers=self.display or self.answers,
            symmetric=self.symmetric,
            split_templates={
                split: tuple(self.template(prompt) for prompt in prompts[split]) for split in Split
            },
            completions=self.completions,
            digest=digest,
        )


@dataclass(frozen=True)
class Prompt:
    """A template, and the path to where the entry says it."""

    text: str
    path: Path


def shared_words() -> Words:
    """The words that every task may use, by kind."""
    words: Words = _shared()["words"]
    return words


def shared_settings() -> Mapping[str, Mapping[str, list[str]]]:
    """What may stand around a core, by name and split."""
    settings: Mapping[str, Mapping[str, list[str]]] = _shared()["settings"]
    return settings


@cache
def _shared() -> Mapping[str, Any]:
    text = (files("tasks") / "data" / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
