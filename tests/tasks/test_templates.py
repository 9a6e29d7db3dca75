"""Filling templates: completeness, distinct labels, settings."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import TaskError
from tasks.templates import PairTemplate, place

WORDS = {"name": ["a", "b", "c"], "digit": ["1", "2"]}
SWAP = PairTemplate(
    prompt="<x>, <y> = <y>,",
    answers=(" <name.a>", " <name.b>"),
    decide={"x": ("<name.a>", "<name.b>"), "y": ("<name.b>", "<name.a>")},
    words=WORDS,
)


@given(st.integers())
def test_all_fillings_come_once(seed: int) -> None:
    fillings = list(SWAP.fillings(Random(seed), 100))
    assert len(fillings) == len(set(fillings)) == 6
    for filling in fillings:
        first, second = filling.first_answer, filling.second_answer
        assert filling.first == f"{first[1:]},{second} ={second},"
        assert filling.second == f"{second[1:]},{first} ={first},"


def test_the_same_slot_has_the_same_text_and_kinds_are_independent() -> None:
    template = PairTemplate("<name> <name> <digit>", ("x", "y"), {}, WORDS)
    texts = {filling.first for filling in template.fillings(Random(0), 100)}
    assert texts == {f"{name} {name} {digit}" for name in "abc" for digit in "12"}


def test_a_limit_bounds_the_fillings() -> None:
    template = PairTemplate("<name> <digit>", ("x", "y"), {}, WORDS)
    assert len(list(template.fillings(Random(0), 4))) == 4


def test_a_slot_without_words_is_named() -> None:
    template = PairTemplate("<verb>", ("x", "y"), {}, WORDS)
    with pytest.raises(TaskError, match="slot <verb>, but there are no words for 'verb'"):
        list(template.fillings(Random(0), 1))


@pytest.mark.parametrize(
    ("core", "setting", "placed"),
    [
        ("a", "@", "a"),
        ("a:\n    b", "def f():\n    @", "def f():\n    a:\n        b"),
        ("a:\n", "def f():\n    @", "def f():\n    a:\n"),
        ("a\nb", "c\n@", "c\na\nb"),
    ],
)
def test_cores_take_over_the_indentation_of_their_setting(
    core: str, setting: str, placed: str
) -> None:
    assert place(core, setting) == placed
