"""The text of a page's state, as the page writes it."""

from __future__ import annotations

import pytest

from backend.circuits import AblationValue, Mode
from backend.circuits.words.state import parse_state


def test_everything_that_is_asked_is_read() -> None:
    state = parse_state(
        "mode=model&value=paired&ablated=a,b&restored=b,c&constants=d:2.5,e:-1e-7&factors=f:0.5"
        "&seed=3&select=a"
    )
    asked = state.question
    assert (asked.mode, asked.value, asked.seed) == (Mode.MODEL, AblationValue.PAIRED, 3)
    assert (asked.ablated, asked.restored) == (["a", "b"], ["c"])
    assert asked.constants == {"d": 2.5, "e": -1e-7}
    assert asked.factors == {"f": 0.5}
    assert sorted(state.names) == ["a", "a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    "text", ["constants=a:x", "constants=a:", "constants=a", "factors=a:nan", "factors=a:1e999"]
)
def test_a_value_that_is_no_number_is_none(text: str) -> None:
    asked = parse_state(text).question
    assert (asked.constants, asked.factors) == ({}, {})


def test_a_node_is_one_thing() -> None:
    asked = parse_state("ablated=a&constants=a:1,b:1&factors=b:2,c:2").question
    assert (asked.constants, asked.factors) == ({"b": 1.0}, {"c": 2.0})
