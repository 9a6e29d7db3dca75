"""Where in a TOML text each key and value stands: its line, by the path to it."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str | int, ...]
"""Keys, and indices into arrays, from the outside in."""

_KEYS = ("bare_key", "quoted_key", "dotted_key")
_PUNCTUATION = ("comment", "[", "]", "[[", "]]", "{", "}", ",", "=")


class Lines:
    """Lines of the keys and values of a text that is correct TOML; the first is line 1."""

    def __init__(self, text: str) -> None:
        parser = Parser(Language(tree_sitter_toml.language()))
        self._lines: dict[Path, int] = {}
        self._tables: Counter[Path] = Counter()
        for node in parser.parse(text.encode()).root_node.children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self._table(node)

    def of(self, *path: str | int) -> int:
        """The line of a key or an array's element.

        Of the nearest one around it, or 1, if nothing of that path stands in the text.
        """
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _table(self, node: Node) -> None:
        header, *pairs = (child for child in node.children if child.type not in _PUNCTUATION)
        path: Path = _key(header)
        if node.type == "table_array_element":
            self._tables[path] += 1
            path = (*path, self._tables[path] - 1)
        self._note(path, node)
        for pair in pairs:
            self._pair(pair, path)

    def _pair(self, node: Node, before: Path) -> None:
        key, value = (child for child in node.children if child.type not in _PUNCTUATION)
        path = (*before, *_key(key))
        self._note(path, key)
        self._value(value, path)

    def _value(self, node: Node, path: Path) -> None:
        if node.type == "inline_table":
            for pair in _parts(node):
                self._pair(pair, path)
        elif node.type == "array":
            for index, element in enumerate(_parts(node)):
                self._note((*path, index), element)
                self._value(element, (*path, index))

    def _note(self, path: Path, node: Node) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], node.start_point.row + 1)


def _parts(node: Node) -> Iterator[Node]:
    return (child for child in node.children if child.type not in _PUNCTUATION)


def _key(node: Node) -> tuple[str, ...]:
    """The parts of a key, unquoted."""
    if node.type not in _KEYS or node.text is None:
        raise ValueError(f"{node} is no key of TOML")
    found: Any = tomllib.loads(f"{node.text.decode()} = 0")
    parts: list[str] = []
    while isinstance(found, dict):
        ((part, found),) = found.items()
        parts.append(part)
    return tuple(parts)
