"""The circuit ablated in the whole model."""

from math import exp, log

import pytest
import torch

from backend.circuits.ablation import Intervention
from backend.circuits.faithfulness.necessity import necessity, text_losses
from backend.circuits.nodes import NodeSet
from tests.backend.circuits.faithfulness.subjects import by_id, micro_subject, planted_subject
from tests.micro_model import MICRO_CONFIG, MICRO_TOKENS, micro_model


def test_text_loss_of_the_micro_model_by_hand() -> None:
    # Logits after [0] are (7, 9, 9), and token 1 follows.
    by_hand = log(exp(7) + 2 * exp(9)) - 9
    losses = text_losses(micro_model(), MICRO_TOKENS)
    assert losses.tolist() == pytest.approx([by_hand])


def test_text_loss_of_the_micro_model_ablated_by_hand() -> None:
    # Nothing written: residual (1, 1), logits (5, 5, 0) + (0, 10, 0) + (0, 0, 1).
    everything = Intervention(NodeSet.all(MICRO_CONFIG))
    by_hand = log(exp(5) + exp(15) + exp(1)) - 15
    losses = text_losses(micro_model(), MICRO_TOKENS, everything)
    assert losses.tolist() == pytest.approx([by_hand], abs=1e-6)


def test_damage_of_the_micro_circuit_by_hand() -> None:
    subject = micro_subject(nodes=NodeSet.of(MICRO_CONFIG, ["0.mlp.post_act.1"]))
    lines = by_id(necessity(subject, MICRO_TOKENS))

    def softplus(x: float) -> float:
        return log(1 + exp(x))

    assert lines["necessity.loss"].value == pytest.approx((softplus(-11) + softplus(-2)) / 2)
    damage = (softplus(-11) - softplus(-9)) / 2
    assert lines["necessity.damage"].value == pytest.approx(damage)
    assert lines["necessity.accuracy"].value == 1.0
    assert lines["necessity.accuracy"].met is False
    # Neuron 1 is silent after [0], and what follows [0, 1] is not known: no damage to this text.
    assert lines["necessity.text"].value == pytest.approx(0, abs=1e-7)


def test_true_nodes_are_needed() -> None:
    text = torch.randint(12, (6, 8), generator=torch.Generator().manual_seed(3))
    lines = by_id(necessity(planted_subject(), text))
    assert lines["necessity.accuracy"].met is True
    damage = lines["necessity.damage"]
    assert damage.met is True
    assert damage.beside["share of random sets that do less"] == 1.0
    assert damage.value > damage.beside["random sets, 95% are below"]
    assert lines["necessity.text"].beside["damage to the task"] == pytest.approx(damage.value)


def test_idle_nodes_are_not_needed() -> None:
    idle = [name.replace("post_act.17", "post_act.20") for name in planted_subject().nodes.names()]
    idle = [name for name in idle if "post_act" in name]
    lines = by_id(necessity(planted_subject(names=idle), None))
    assert lines["necessity.accuracy"].met is False
    assert lines["necessity.damage"].met is False


def test_without_held_out_text_it_is_left_out() -> None:
    part = necessity(planted_subject(), None)
    assert list(part.left_out) == ["necessity.text"]
