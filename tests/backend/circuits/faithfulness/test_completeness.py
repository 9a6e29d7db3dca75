"""A second copy in the model shows; without one, circuit and model miss their parts alike."""

import pytest

from backend.circuits.faithfulness.completeness import completeness, worst_part
from tests.backend.circuits.faithfulness.subjects import (
    by_id,
    planted_subject,
    redundant_model,
)
from tests.backend.circuits.planted import NEURON, TRUE_NODES


def test_all_there_is_is_complete() -> None:
    result = completeness(planted_subject())
    lines = by_id(result)
    assert lines["completeness.random"].met is True
    assert lines["completeness.worst"].met is True


def test_a_second_copy_shows() -> None:
    subject = planted_subject(model=redundant_model())
    lines = by_id(completeness(subject))
    worst = lines["completeness.worst"]
    assert worst.met is False
    assert worst.value > 0.5
    assert worst.beside["circuit without it"] > 0.5
    assert worst.beside["model without it"] < 0.05
    assert worst.beside["gap with nothing missing"] < 0.1
    assert lines["completeness.random"].met is False


def test_the_worst_part_is_the_one_with_a_copy() -> None:
    # Channels 0 and 1 are shared by both copies: only the neuron is one that the model can spare.
    subject = planted_subject(model=redundant_model())
    assert worst_part(subject).names() == [f"0.mlp.post_act.{NEURON}"]


def test_both_copies_together_are_complete() -> None:
    names = [*TRUE_NODES, f"0.mlp.post_act.{NEURON + 1}"]
    lines = by_id(completeness(planted_subject(names, redundant_model())))
    assert lines["completeness.worst"].met is True


def test_the_interval_is_of_the_mean_gap() -> None:
    line = by_id(completeness(planted_subject(model=redundant_model())))["completeness.worst"]
    by_hand = abs(
        min(line.beside["circuit without it"], 0.6931471805599453)
        - min(line.beside["model without it"], 0.6931471805599453)
    )
    assert line.value == pytest.approx(by_hand, abs=1e-6)
    assert line.low is not None
    assert line.high is not None
    assert line.low <= line.value <= line.high


def test_a_circuit_without_nodes_misses_nothing() -> None:
    result = completeness(planted_subject(names=[]))
    assert result.lines == []
    assert "completeness" in result.left_out
