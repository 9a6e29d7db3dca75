"""Drawings kept as JSON."""

from __future__ import annotations

from backend.api.drawn import Drawn


def test_a_drawing_is_made_once_and_the_longest_unused_goes_first() -> None:
    made: list[str] = []

    def drawing(slug: str) -> bytes:
        def draw() -> bytes:
            made.append(slug)
            return slug.encode() * 10

        return drawn.get(slug, draw)

    drawn = Drawn(most_bytes=25)
    assert [drawing(slug) for slug in "abab"] == [b"a" * 10, b"b" * 10] * 2
    assert made == ["a", "b"]
    drawing("a")
    drawing("c")  # in the place of b
    drawing("a")
    drawing("b")
    assert made == ["a", "b", "c", "b"]


def test_one_larger_than_the_room_is_kept_alone() -> None:
    drawn = Drawn(most_bytes=5)
    assert drawn.get("a", lambda: b"1234567890") == b"1234567890"
    assert drawn.get("a", bytes) == b"1234567890"
