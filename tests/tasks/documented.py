"""The task file that docs/tasks.md shows, and variants of it."""

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs" / "tasks.md"


def example() -> str:
    """The worked example's TOML."""
    found = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def changed(*changes: tuple[str, str]) -> str:
    """The example with each text, which it has once, replaced."""
    text = example()
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def line_of(part: str, text: str) -> int:
    """The line on which a part of a text begins."""
    assert text.count(part) == 1, f"{part!r} is there {text.count(part)} times"
    return text[: text.index(part)].count("\n") + 1
