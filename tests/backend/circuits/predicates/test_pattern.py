"""Patterns of anybody's choice: refused in words, and never without end."""

from __future__ import annotations

import time

import pytest

from backend.circuits.predicates.pattern import compiled, found
from backend.errors import InvalidRequestError


def test_a_pattern_is_found_anywhere_unless_anchored() -> None:
    texts = ["print('", "('a", "", "x"]
    assert found(r"\('", texts) == [True, True, False, False]
    assert found(r"\('$", texts) == [True, False, False, False]
    assert found(r"^$", texts) == [False, False, True, False]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "unclosed group"),
        ("(?=a)b", "look-around"),
        (r"(a)\1", "backreferences"),
        ("((a{100}){100}){100}", "size limit"),
    ],
)
def test_what_cannot_be_matched_is_refused_in_words(pattern: str, reason: str) -> None:
    with pytest.raises(InvalidRequestError, match=reason) as refused:
        compiled(pattern)
    assert repr(pattern) in refused.value.detail
    assert "Rust" in refused.value.remedy


def test_a_pattern_that_hangs_elsewhere_does_not_here() -> None:
    start = time.monotonic()
    assert found(r"(a+)+$", ["a" * 5000 + "b"]) == [False]
    assert time.monotonic() - start < 1


def test_there_is_a_limit_of_time() -> None:
    with pytest.raises(InvalidRequestError, match="1 were looked at"):
        found("(a?){200}a{200}", ["a" * 500] * 10, seconds=0.0)
