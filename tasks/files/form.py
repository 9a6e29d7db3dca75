"""The form of a task file: each key known, there, and of its type (`TaskEntry`).

A key whose value is of no use is set aside, so that rules about the others can still be applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tasks.entry import SplitTemplates, TaskEntry, shared_settings
from tasks.files.findings import Finding, nearest
from tasks.files.positions import Lines

_STAND_INS: Mapping[str, Any] = {
    "name": "task",
    "title": "a",
    "summary": "a",
    "decides": "a",
    "answers": ["a", "b"],
    "decide": {"slot": ["a", "b"]},
}
"""Values for required keys of which the file has none of use, so that the others can be checked."""


def read_form(data: Mapping[str, Any], lines: Lines) -> tuple[list[Finding], set[str], TaskEntry]:
    """What is wrong with keys and types, the keys of no use because of it, and the rest.

    Args:
        data: the file's keys and values.
        lines: where they stand.
    """
    found: list[Finding] = []
    unusable: set[str] = set()
    try:
        entry = TaskEntry.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            found.append(_misfit(detail, lines))
            key = str(detail["loc"][0])
            if detail["type"] != "extra_forbidden" or len(detail["loc"]) > 1:
                unusable.add(key)
        known = {
            key: value
            for key, value in data.items()
            if key in TaskEntry.model_fields and key not in unusable
        }
        stand_ins = {key: value for key, value in _STAND_INS.items() if key not in known}
        entry = TaskEntry.model_validate({**stand_ins, **known})
    if unusable & {"templates", "cores", "settings"}:
        unusable.add("templates")
    else:
        sources = list(_sources(entry, data, lines))
        found += sources
        if sources:
            unusable.add("templates")
    if "templates" in unusable:
        empty = SplitTemplates(train=[], validation=[], test=[])
        entry = entry.model_copy(update={"templates": empty, "cores": [], "settings": ""})
    return found, unusable, entry


def _sources(entry: TaskEntry, data: Mapping[str, Any], lines: Lines) -> Iterator[Finding]:
    """Templates come from one place: written out, or cores in a setting."""
    rule = "Templates are written out in [templates], or cores are put into a setting."
    made = [key for key in ("cores", "settings") if key in data]
    if entry.templates is not None and made:
        yield Finding(
            lines.of(made[0]),
            f"There are templates and also {' and '.join(made)}.",
            rule,
            "Keep one of the two.",
        )
    elif entry.templates is None and not (entry.cores and entry.settings):
        there = [key for key in made if data[key]]
        yield Finding(
            lines.of(made[0]) if made else 1,
            f"There are {there[0]} only." if there else "There are no templates.",
            rule,
            "Add [templates] with train, validation and test, or cores and settings.",
        )
    elif entry.templates is None and entry.settings not in shared_settings():
        yield Finding(
            lines.of("settings"),
            f"There is no setting {entry.settings!r}.",
            "The settings are those that come with the program.",
            nearest(entry.settings, shared_settings()),
        )


def _misfit(detail: ErrorDetails, lines: Lines) -> Finding:
    """One finding of pydantic's, in the words of task files."""
    path = detail["loc"]
    line = lines.of(*path)
    key = ".".join(map(str, path))
    if detail["type"] == "extra_forbidden":
        model = SplitTemplates if len(path) > 1 else TaskEntry
        known = list(model.model_fields)
        where = "[templates]" if len(path) > 1 else "A task"
        return Finding(
            line,
            f"The key {path[-1]!r} is unknown.",
            f"{where} has the keys {', '.join(known)}.",
            nearest(str(path[-1]), known),
        )
    if detail["type"] == "missing" and isinstance(path[-1], str):
        return Finding(
            line,
            f"The key {key!r} is missing.",
            "A task cannot do without it.",
            f"Add {key} = {_EXAMPLES.get(str(path[-1]), '...')}",
        )
    what = _MISFITS.get(detail["type"], detail["msg"])
    received = "" if detail["type"] == "missing" else f" is {detail['input']!r}"
    return Finding(
        line,
        f"{key}{received}: {what}.",
        f"It is written {path[0]} = {_EXAMPLES.get(str(path[0]), '...')}",
        "Write it so.",
    )


_MISFITS: Mapping[str, str] = {
    "string_type": "this is no text",
    "tuple_type": "this is no list of two texts",
    "list_type": "this is no list of texts",
    "dict_type": "this is no table",
    "model_type": "this is no table",
    "bool_type": "this is neither true nor false",
    "too_long": "these are more than two texts",
    "missing": "the second of two texts is left out",
}
"""What pydantic's findings mean here."""

_EXAMPLES: Mapping[str, str] = {
    "name": '"my_task"',
    "title": '"My task"',
    "summary": '"What the model must do."',
    "decides": '"What decides the answer."',
    "answers": '["the first", "the second"]',
    "display": '["the first", "the second"]',
    "completions": '["after the first", "after the second"]',
    "decide": '{ slot = ["in the first sequence", "in the second"] }',
    "symmetric": "true",
    "words": '{ kind = ["one", "another"] }',
    "cores": '["<a_slot> and so on"]',
    "settings": '"block"',
    "templates": '{ train = ["..."], validation = ["..."], test = ["..."] }',
    "train": '["..."]',
    "validation": '["..."]',
    "test": '["..."]',
}
"""How the value of each key looks."""
