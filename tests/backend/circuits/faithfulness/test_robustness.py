"""Less than everything outside ablated, and scales frozen."""

import pytest
import torch

from backend.circuits.ablation import evaluate
from backend.circuits.faithfulness.robustness import robustness, worst_subset
from models.transformer import SparseTransformer
from tests.backend.circuits.faithfulness.subjects import (
    by_id,
    micro_subject,
    planted_subject,
)
from tests.backend.circuits.planted import planted_model

AGAINST, FOR = 30, 31
"""Two neurons outside that cancel each other, unless one of them is ablated."""


def cancelling_model() -> SparseTransformer:
    model = planted_model()
    mlp = model.blocks[0].mlp
    with torch.no_grad():
        for neuron, sign in ((AGAINST, -1), (FOR, 1)):
            mlp.up.weight[neuron], mlp.up.bias[neuron] = mlp.up.weight[17], mlp.up.bias[17]
            mlp.down.weight[:, neuron] = 0
            mlp.down.weight[1, neuron] = sign * 8.0
    return model


def test_true_nodes_stand_whatever_is_outside() -> None:
    lines = by_id(robustness(planted_subject()))
    assert lines["robustness.random"].met is True
    assert lines["robustness.worst"].met is True
    assert lines["robustness.frozen"].met is True


def test_what_cancels_in_whole_is_found_apart() -> None:
    subject = planted_subject(model=cancelling_model())
    assert evaluate(subject.model, subject.test).task_loss < 0.15
    assert subject.circuit.task_loss < 0.15
    ablated = worst_subset(subject).names()
    assert f"0.mlp.post_act.{FOR}" in ablated
    assert f"0.mlp.post_act.{AGAINST}" not in ablated
    line = by_id(robustness(subject))["robustness.worst"]
    assert line.met is False
    assert line.value > 1.0
    assert 0 < line.beside["share of the outside ablated"] < 1


def test_the_worst_subset_is_at_least_as_bad_as_the_whole_outside() -> None:
    subject = planted_subject(names=[])
    line = by_id(robustness(subject))["robustness.worst"]
    assert line.value >= line.beside["everything ablated"] - 0.01


def test_frozen_scales_by_hand() -> None:
    # Without neuron 1 the residual after [0, 1] is (1, -1); divided by the whole model's root mean
    # square 5 instead of 1 the logits are (1, -1, 2) + (1, 0, 0) + (0, 0, 1): difference 3.
    line = by_id(robustness(micro_subject()))["robustness.frozen"]
    losses = torch.nn.functional.softplus(-torch.tensor([3.0, 2.0]))
    assert line.value == pytest.approx(float(losses.mean()))
