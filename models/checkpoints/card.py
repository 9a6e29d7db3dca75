"""A checkpoint's card as Markdown, for people who meet the folder before the program.

What a reader wants first comes first: size, losses, training, then the tasks with the ones that
the model fails at the top, then everything else the card holds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.checkpoints.base import CARD_FILE

RENDERED_CARD_FILE = "card.md"

Fact = Callable[[Mapping[str, Any]], str | None]
"""Takes a card to a fact in words, or None where the card does not hold it."""


def write_card(folder: Path, card: Mapping[str, Any], name: str | None = None) -> None:
    """Write a card into a checkpoint's folder, as JSON and as Markdown, each in one step.

    Args:
        folder: of the checkpoint.
        card: JSON-ready facts.
        name: the title of a card without a name; None: the folder's.
    """
    text = json.dumps(card, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    rendered = render_card(name or folder.resolve().name, card)
    for file, content in ((CARD_FILE, text), (RENDERED_CARD_FILE, rendered)):
        partial = folder / f".{file}.{os.getpid()}.partial"
        partial.write_text(content, encoding="utf-8")
        partial.replace(folder / file)


def render_card(name: str, card: Mapping[str, Any]) -> str:
    """The card as Markdown.

    Args:
        name: the title, unless the card has a `name`.
        card: as in `card.json`; any JSON does, what is not known is shown as it is.
    """
    told, first = {"name"}, []
    for title, key, fact in _FACTS:
        if (words := fact(card)) is not None:
            first.append(f"| {title} | {_cell(words)} |")
            told.add(key)
    tasks = _tasks(card)
    told |= {"tasks", "tasks_measured"} if tasks else set()
    rest = {key: value for key, value in card.items() if key not in told}
    rest = {"recipe": rest.pop("recipe"), **rest} if "recipe" in rest else rest
    lines = ["| | |", "| --- | --- |", *first, ""] if first else []
    title = str(card.get("name", name))
    return "\n".join([f"# {title}", "", *lines, *tasks, *_section(rest, level=2)]).rstrip() + "\n"


def _architecture(card: Mapping[str, Any]) -> str | None:
    model = _part(_part(card, "recipe"), "model")
    sizes = _numbers(model, "n_layer", "d_model", "d_mlp", "n_head", "n_ctx")
    if sizes is None:
        return None
    layers, width, neurons, heads, context = sizes
    return (
        f"{layers} layers of width {width}, {neurons} neurons and {heads} heads a layer, "
        f"{context} tokens of context"
    )


def _weights(card: Mapping[str, Any]) -> str | None:
    sizes = _numbers(_part(card, "sizes"), "nonzero", "parameters", "nonzero_fraction")
    if sizes is None:
        return None
    nonzero, parameters, fraction = sizes
    return f"{nonzero:,} of {parameters:,} are nonzero, {fraction:.2%}"


def _held_out(card: Mapping[str, Any]) -> str | None:
    loss = _numbers(card, "held_out_loss")
    return None if loss is None else f"{loss[0]:.4f} nats a token"


def _effort(card: Mapping[str, Any]) -> str | None:
    training = _part(card, "training")
    effort = _numbers(training, "tokens", "seconds")
    if effort is None:
        return None
    tokens, seconds = effort
    device = training.get("device", "an unnamed device")
    return (
        f"{tokens / 1e6:.1f} million tokens in {seconds / 60:.0f} minutes on {device}, "
        f"{tokens / max(seconds, 1e-9):,.0f} tokens/s"
    )


def _solved(card: Mapping[str, Any]) -> str | None:
    solved = _numbers(card, "tasks_solved")
    below = _numbers(_part(card, "tasks_measured"), "solved_below")
    if solved is None or below is None:
        return None
    return (
        f"{solved[0]} of {len(_part(card, 'tasks'))} solved: a loss below {below[0]} on test pairs"
    )


_FACTS: Sequence[tuple[str, str, Fact]] = (
    ("tasks", "tasks_solved", _solved),
    ("model", "name", _architecture),
    ("weights", "sizes", _weights),
    ("held-out loss", "held_out_loss", _held_out),
    ("training", "name", _effort),
)
"""Title, the entry of the card that it says all of, and the fact."""


def _numbers(facts: Mapping[str, Any], *keys: str) -> list[Any] | None:
    """The entries if all are there and numbers."""
    values = [facts.get(key) for key in keys]
    return values if all(isinstance(value, int | float) for value in values) else None


def _tasks(card: Mapping[str, Any]) -> list[str]:
    tasks = _part(card, "tasks")
    if not tasks or not all(isinstance(entry, Mapping) for entry in tasks.values()):
        return []
    pairs = _part(card, "tasks_measured").get("pairs")
    return [
        "## tasks",
        "",
        f"The whole model on {pairs if pairs is not None else 'its'} test pairs a task, of "
        "templates that are not in the corpus; what it fails comes first. Brackets hold 95% "
        "intervals, from resampling whole templates. Chance is a loss of 0.693 and an accuracy of "
        "50%.",
        "",
        *_table(task_rows(tasks)),
        "",
    ]


def task_rows(tasks: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A card's tasks as a table, the heading first; limits are left out where there are none.

    Args:
        tasks: by name, each with loss and accuracy, their `_low` and `_high`, and its limit.
    """
    rows: list[tuple[str, ...]] = [("task", "loss", "accuracy", "what limits it")]
    for task, entry in tasks.items():
        loss = _estimate(entry, "loss", ".3f")
        accuracy = _estimate(entry, "accuracy", ".0%")
        rows.append((task, loss, accuracy, str(entry.get("limit", ""))))
    return rows if any(row[-1] for row in rows[1:]) else [row[:-1] for row in rows]


def _estimate(entry: Mapping[str, Any], name: str, form: str) -> str:
    if name not in entry:
        return "-"
    low, high = (entry.get(f"{name}_{end}", entry[name]) for end in ("low", "high"))
    return f"{entry[name]:{form}} [{low:{form}}, {high:{form}}]"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return [lines[0], "| " + " | ".join("---" for _ in rows[0]) + " |", *lines[1:]]


def _part(card: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = card.get(key)
    return value if isinstance(value, Mapping) else {}


def _section(facts: Mapping[str, Any], level: int) -> list[str]:
    plain = {key: value for key, value in facts.items() if not isinstance(value, Mapping)}
    lines: list[str] = []
    if plain:
        lines += ["| | |", "| --- | --- |"]
        lines += [f"| {_words(key)} | {_cell(value)} |" for key, value in plain.items()]
        lines.append("")
    for key, value in facts.items():
        if isinstance(value, Mapping):
            lines += [f"{'#' * min(level, 6)} {_words(key)}", "", *_section(value, level + 1)]
    return lines


def _words(key: str) -> str:
    return key.replace("_", " ")


def _cell(value: Any) -> str:
    if isinstance(value, float):
        value = f"{value:.6g}"
    elif isinstance(value, Sequence) and not isinstance(value, str):
        value = ", ".join(_cell(each) for each in value)
    return str(value).replace("|", "\\|").replace("\n", " ")
