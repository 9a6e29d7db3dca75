"""Which text a pattern is looked for in, token by token."""

from __future__ import annotations

import pytest

from backend.circuits.predicates.tokens import holds
from backend.circuits.words import At, Predicate
from models.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Of single bytes and the end of text."""
    return Tokenizer.train([], 257)


def rows_of(tokenizer: Tokenizer, *texts: str) -> list[list[int]]:
    return [tokenizer.encode(text, allow_special=True) for text in texts]


@pytest.mark.parametrize(
    ("at", "pattern", "expected"),
    [
        (At.TOKEN, "a", "a..a"),
        (At.BEFORE, "a$", ".a.."),
        (At.THROUGH, "a$", "a..a"),
        (At.THROUGH, "ab", ".bc."),
        (At.BEFORE, "ab", "..c."),
        (At.BEFORE, "^$", "a..a"),
        (At.TOKEN, "endoftext", "...."),
    ],
)
def test_token_before_and_through(
    tokenizer: Tokenizer, at: At, pattern: str, expected: str
) -> None:
    """The end of text between c and a begins a new document."""
    rows = rows_of(tokenizer, "abc<|endoftext|>a")
    (found,) = holds(Predicate(pattern=pattern, at=at), tokenizer, rows)
    end = found.pop(3)
    assert found == [letter != "." for letter in expected]
    assert end == (pattern in ("^$", "endoftext"))


def test_rows_differ_in_length_and_bytes_are_spelt(tokenizer: Tokenizer) -> None:
    rows = rows_of(tokenizer, "é", "a", "")
    assert holds(Predicate(pattern=r"^\\xc3"), tokenizer, rows) == [[True, False], [False], []]
