"""What is wrong with a task file, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong, or that is likely not meant.

    Attributes:
        line: in the file, from 1.
        message: what was found there.
        rule: which it breaks.
        remedy: what to do.
        warning: the task can be used all the same.
    """

    line: int
    message: str
    rule: str
    remedy: str
    warning: bool = False

    def at(self, file: str) -> str:
        """The finding with its place, as compilers write it."""
        mark = "warning: " if self.warning else ""
        return f"{file}:{self.line}: {mark}{self.message} {self.rule} {self.remedy}"


def nearest(name: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'?` where a known name is near, or else all of them."""
    names = list(known)
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Use one of: {', '.join(names)}."
