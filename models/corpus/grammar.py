"""Templates with slots, compiled once and filled at random: the generator's engine.

A template is program text with slots `<kind>` or `<kind.label>`. A kind is a list of alternatives,
which may hold slots themselves. A slot without a label is drawn anew each time; slots with the same
label share their value within one filling, and different labels of one kind differ from each other.
`<q>` is the quote character, given from outside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

SLOT = re.compile(r"<([a-z_]+)(?:\.([a-z0-9]+))?>")
QUOTE_KIND = "q"
_DISTINCT_TRIES = 100


class GrammarError(ValueError):
    """A template names a kind that does not exist, or cannot be filled."""


@dataclass(frozen=True)
class Slot:
    """A place in a template: which kind of text, and the label that ties equal places together."""

    kind: str
    label: str | None


Template = tuple[str | Slot, ...]


def compile_template(text: str) -> Template:
    """Cut a template's text into literal parts and slots."""
    parts: list[str | Slot] = []
    end = 0
    for match in SLOT.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        parts.append(Slot(match[1], match[2]))
        end = match.end()
    if end < len(text):
        parts.append(text[end:])
    return tuple(parts)


class Grammar:
    """The kinds that templates may name, each with its compiled alternatives."""

    def __init__(self, kinds: Mapping[str, Sequence[str]]) -> None:
        """Compile the alternatives of every kind.

        Raises:
            GrammarError: an alternative names an unknown kind, or a kind is empty.
        """
        self._plain: dict[str, tuple[str, ...]] = {}
        self._nested: dict[str, tuple[Template, ...]] = {}
        for kind, alternatives in kinds.items():
            if not alternatives:
                raise GrammarError(f"kind {kind!r} has no alternatives: list at least one")
            if any(SLOT.search(text) for text in alternatives):
                self._nested[kind] = tuple(compile_template(text) for text in alternatives)
            else:
                self._plain[kind] = tuple(alternatives)
        for templates in self._nested.values():
            for template in templates:
                self.check(template)

    def check(self, template: Template) -> None:
        """Refuse a template that names an unknown kind.

        Raises:
            GrammarError: names the kind and those that exist.
        """
        kinds = {part.kind for part in template if isinstance(part, Slot)}
        unknown = kinds - {QUOTE_KIND, *self._plain, *self._nested}
        if unknown:
            known = ", ".join(sorted([*self._plain, *self._nested]))
            raise GrammarError(
                f"template {template!r} names the unknown kind {min(unknown)!r}; add it to "
                f"words.toml or use one of: {known}"
            )

    def fill(self, template: Template, random: Random, quote: str) -> str:
        """One random text of a template, with `quote` for `<q>`."""
        return self._fill(template, random, quote, {})

    def _fill(
        self, template: Template, random: Random, quote: str, labelled: dict[Slot, str]
    ) -> str:
        parts: list[str] = []
        for part in template:
            if isinstance(part, str):
                parts.append(part)
            elif part.kind == QUOTE_KIND:
                parts.append(quote)
            elif part.label is None:
                parts.append(self._draw(part.kind, random, quote))
            else:
                value = labelled.get(part)
                if value is None:
                    value = self._draw_distinct(part, random, quote, labelled)
                    labelled[part] = value
                parts.append(value)
        return "".join(parts)

    def _draw(self, kind: str, random: Random, quote: str) -> str:
        words = self._plain.get(kind)
        # int(random() * n) is several times faster than choice(), and this is the inner loop.
        if words is not None:
            return words[int(random.random() * len(words))]
        templates = self._nested[kind]
        chosen = templates[int(random.random() * len(templates))]
        return self._fill(chosen, random, quote, {})

    def _draw_distinct(
        self, slot: Slot, random: Random, quote: str, labelled: dict[Slot, str]
    ) -> str:
        taken = [value for other, value in labelled.items() if other.kind == slot.kind]
        for _ in range(_DISTINCT_TRIES):
            value = self._draw(slot.kind, random, quote)
            if value not in taken:
                return value
        raise GrammarError(
            f"kind {slot.kind!r} has too few alternatives for the labels of one template: "
            f"{taken} are taken; add words or use fewer labels"
        )
