"""Simple generated Python programs: short statements and functions, dense in the tasks' idioms.

A document is a few idioms in random order. An idiom is a template of `data/idioms_*.toml`, filled
with words of `data/words.toml`; now and then it becomes the body of a function. Most documents keep
one kind of quote, the others choose anew for each idiom, so that only a string's opening tells how
it closes. No blank lines: the split pattern would glue them to the token before.
"""

from __future__ import annotations

import hashlib
import tomllib
from bisect import bisect
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random

from models.corpus.grammar import Grammar, Template, compile_template

MIN_IDIOMS, MAX_IDIOMS = 4, 6
FUNCTION_BODY_SHARE = 0.3
MIXED_QUOTES_SHARE = 0.2
QUOTES = ("'", '"')


class ProgramGenerator:
    """The compiled idioms, and how documents are put together from them."""

    def __init__(self) -> None:
        """Read and compile the package's data files."""
        data = _data_files()
        self._grammar = Grammar(tomllib.loads(data.pop("words.toml")))
        self._header = self._compile("<header>\n")
        self._idioms: list[tuple[tuple[Template, ...], bool]] = []
        weights: list[float] = []
        for text in data.values():
            for idiom in tomllib.loads(text)["idiom"]:
                templates = tuple(self._compile(template) for template in idiom["templates"])
                self._idioms.append((templates, idiom.get("wrap", True)))
                weights.append(float(idiom["weight"]))
        self._thresholds = list(accumulate(weights))

    def document(self, random: Random) -> str:
        """One program of four to six idioms, ended by a newline."""
        mixed = random.random() < MIXED_QUOTES_SHARE
        quote = QUOTES[random.random() < 0.5]
        parts: list[str] = []
        for _ in range(random.randint(MIN_IDIOMS, MAX_IDIOMS)):
            if mixed:
                quote = QUOTES[random.random() < 0.5]
            parts.append(self._idiom(random, quote))
        return "".join(parts)

    def _idiom(self, random: Random, quote: str) -> str:
        chosen = bisect(self._thresholds, random.random() * self._thresholds[-1])
        templates, wrap = self._idioms[chosen]
        template = templates[int(random.random() * len(templates))]
        text = self._grammar.fill(template, random, quote)
        if wrap and random.random() < FUNCTION_BODY_SHARE:
            header = self._grammar.fill(self._header, random, quote)
            return header + "    " + text[:-1].replace("\n", "\n    ") + "\n"
        return text

    def _compile(self, text: str) -> Template:
        template = compile_template(text)
        self._grammar.check(template)
        return template


def generated_documents(seed: int, count: int) -> Iterator[str]:
    """`count` generated programs of about 60 to 150 tokens; the same ones for the same seed."""
    generator = _generator()
    random = Random(f"generated programs {seed}")
    for _ in range(count):
        yield generator.document(random)


def generator_digest() -> str:
    """SHA-256 (hex) of the words, the idioms and the shares that shape documents."""
    shares = (MIN_IDIOMS, MAX_IDIOMS, FUNCTION_BODY_SHARE, MIXED_QUOTES_SHARE)
    content = repr((shares, sorted(_data_files().items())))
    return hashlib.sha256(content.encode()).hexdigest()


@cache
def _generator() -> ProgramGenerator:
    return ProgramGenerator()


def _data_files() -> dict[str, str]:
    folder = files("models.corpus") / "data"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    ordered = sorted(found, key=lambda entry: entry.name)
    return {entry.name: entry.read_text(encoding="utf-8") for entry in ordered}
