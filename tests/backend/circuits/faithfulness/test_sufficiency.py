"""The circuit alone, by hand in the micro model."""

from math import exp, log, log1p

import pytest
import torch

from backend.circuits.circuit import Rescaling
from backend.circuits.faithfulness.sufficiency import rescaled_losses, sufficiency
from tests.backend.circuits.faithfulness.subjects import (
    by_id,
    micro_subject,
    planted_subject,
)


def softplus(x: float) -> float:
    return log1p(exp(x))


def test_the_micro_circuit_by_hand() -> None:
    lines = by_id(sufficiency(micro_subject()))
    loss = lines["sufficiency.mean.loss"]
    assert loss.value == pytest.approx((softplus(-11) + softplus(-2)) / 2)
    assert loss.beside["whole model"] == pytest.approx((softplus(-9) + softplus(-2)) / 2)
    assert loss.met is True
    assert loss.criterion == "the interval's upper end is at most the target, 0.15 nats"
    # Everything ablated: residual (1, -1) and (1, 1), logits (5, -5, 10) + (1, 0, 0) + (0, 0, 1)
    # and (5, 5, 0) + (0, 10, 0) + (0, 0, 1): differences 11 and 10.
    assert lines["sufficiency.mean.recovery"].value == pytest.approx((6.5 - 10.5) / (5.5 - 10.5))
    assert lines["sufficiency.zero.recovery"].value == pytest.approx(0.8)


def test_divergence_of_the_micro_circuit_by_hand() -> None:
    model, circuit = [2.0, -7, 9], [6.0, -5, 11]  # after [0, 1]; after [0] they agree
    p, q = (torch.tensor(logits).log_softmax(0) for logits in (model, circuit))
    by_hand = float((p.exp() * (p - q)).sum()) / 2
    line = by_id(sufficiency(micro_subject()))["sufficiency.mean.divergence"]
    assert line.value == pytest.approx(by_hand, abs=1e-6)


def test_a_circuit_that_answers_both_alike_does_not_suffice() -> None:
    lines = by_id(sufficiency(planted_subject(names=[])))
    assert lines["sufficiency.mean.loss"].met is False
    assert lines["sufficiency.mean.recovery"].value == pytest.approx(0, abs=0.01)
    assert lines["sufficiency.mean.recovery"].met is False


def test_true_nodes_suffice() -> None:
    lines = by_id(sufficiency(planted_subject()))
    loss = lines["sufficiency.mean.loss"]
    assert loss.met is True
    assert loss.low is not None
    assert loss.high is not None
    assert loss.low <= loss.value <= loss.high
    assert lines["sufficiency.mean.recovery"].value == pytest.approx(1, abs=0.1)


def test_rescaled_losses_by_hand() -> None:
    # D is 2 after the first and -(-1) = 1 after the second: 3 D - 1 is 5 and 2, for the second 5
    # and -2 are logit(right) - logit(wrong).
    difference = torch.tensor([[2.0, -1.0]])
    losses = rescaled_losses(difference, Rescaling(scale=3, shift=-1))
    assert losses.tolist() == pytest.approx([log(1 + exp(-5)), log(1 + exp(2))])


def test_rescaled_logits_have_no_criterion() -> None:
    line = by_id(sufficiency(planted_subject()))["sufficiency.mean.rescaled"]
    assert line.criterion is None
    assert line.met is None
    assert line.value <= line.beside["plain logits"] + 1e-3


def test_without_held_out_text_resampling_is_left_out() -> None:
    part = sufficiency(planted_subject())
    assert "sufficiency.resample" in part.left_out
    assert not any("resample" in line.id for line in part.lines)
