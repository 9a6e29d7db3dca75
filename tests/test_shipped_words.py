"""The words that come with the app say what is measured now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.circuits.words import Step, Word, read_words
from backend.seed import SHIPPED, WORDS
from scripts.ship_words import Shown, measuring_of, read_source, words_of

NUMBER = re.compile(r"\d+\.\d+")
SOURCES = sorted(Path("scripts/words").glob("*.toml"))


def test_there_is_a_story_for_each_file_of_words() -> None:
    slugs = {read_source(source)["circuit"] for source in SOURCES}
    assert {file.stem for file in (SHIPPED / WORDS).glob("*.json")} == slugs
    assert any(slug.startswith("single-double-quote") for slug in slugs)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_number_is_the_one_measured(source: Path) -> None:
    """If the circuit was shipped anew: read its story again, then `scripts/ship_words.py`."""
    written = read_source(source)
    assert (SHIPPED / f"{written['circuit']}.json").is_file(), (
        f"{source} tells of circuit {written['circuit']}, which is not shipped any more: name the "
        "circuit that is, see whether its nodes still do what the story says, and run "
        f"scripts/ship_words.py {source}."
    )
    shipped = read_words((SHIPPED / WORDS / f"{written['circuit']}.json").read_bytes())
    measured = words_of(written, measuring_of(written["circuit"]), shipped.words[0].created)
    assert [word.target for word in shipped.words] == [word.target for word in measured.words]
    for then, now in zip(shipped.words, measured.words, strict=True):
        same_but_for_rounding(told(then), told(now))


def told(word: Word) -> str:
    """What a reader is told, and the numbers that are kept beside it."""
    assert word.document is not None
    document = word.document.model_dump(exclude={"numbers"})
    if isinstance(word.document, Step):
        assert word.document.numbers is not None
        document["numbers"] = Shown.of(word.document.numbers)
    return str(document)


def same_but_for_rounding(then: str, now: str) -> None:
    """Texts are equal but for the last digit of numbers: processors round differently."""
    assert NUMBER.sub("#", then) == NUMBER.sub("#", now)
    for before, after in zip(NUMBER.findall(then), NUMBER.findall(now), strict=True):
        last = 10.0 ** -len(before.partition(".")[2])
        assert float(before) == pytest.approx(float(after), abs=1.01 * last)
