"""A checkpoint's card as Markdown, for people who meet the folder before the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def render_card(name: str, card: Mapping[str, Any]) -> str:
    """The card as Markdown: plain facts in a table, nested ones in sections of their own.

    Args:
        name: the title, unless the card has a `name`.
        card: as in `card.json`.
    """
    title = str(card.get("name", name))
    return "\n".join([f"# {title}", "", *_section(card, level=2)]).rstrip() + "\n"


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
