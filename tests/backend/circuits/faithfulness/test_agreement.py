"""Kept nodes and heads in the circuit alone against the whole model."""

from dataclasses import replace
from math import log

import pytest
import torch

from backend.circuits.faithfulness.agreement import (
    agreement,
    attention,
    heads_of,
    node_activations,
)
from backend.circuits.nodes import NodeSet
from tests.backend.circuits.faithfulness.subjects import by_id, micro_subject, planted_subject
from tests.backend.circuits.planted import TRUE_NODES, planted_model
from tests.micro_model import MICRO_CONFIG, MICRO_TOKENS, micro_model, small_model


def test_activations_of_the_micro_model_by_hand() -> None:
    nodes = NodeSet.of(MICRO_CONFIG, ["0.mlp.post_act.1", "0.attn.v.0", "0.mlp.resid_delta.1"])
    values = node_activations(micro_model(), MICRO_TOKENS, nodes, None)
    assert values.tolist() == [[[1.0, 0.0, -2.0], [-1.0, 6.0, -6.0]]]


def test_attention_of_the_micro_model_by_hand() -> None:
    # Query 0 and a sink logit of 0: even over the keys seen and the sink.
    pattern = attention(micro_model(), MICRO_TOKENS, [(0, 0)], None)
    expected = torch.tensor([[[[1 / 2, 0, 1 / 2], [1 / 3, 1 / 3, 1 / 3]]]])
    assert torch.allclose(pattern, expected)


def test_true_nodes_agree() -> None:
    lines = by_id(agreement(planted_subject()))
    assert lines["agreement.correlation"].value > 0.95
    assert lines["agreement.sign_flips"].value < 0.03
    assert "agreement.attention" not in lines


def test_a_node_that_means_the_opposite_shows() -> None:
    # In the whole model a second neuron turns what the first writes into its opposite; alone, the
    # circuit does without it.
    model = planted_model()
    mlp = model.blocks[0].mlp
    with torch.no_grad():
        mlp.up.weight[18], mlp.up.bias[18] = mlp.up.weight[17], mlp.up.bias[17]
        mlp.down.weight[:, 18] = 0
        mlp.down.weight[1, 18] = -4.0
        mlp.down.bias[1] = 0
    subject = planted_subject(model=model)
    result = agreement(subject)
    assert result.correlations["0.mlp.resid_delta.1"] < -0.9
    assert result.sign_flips["0.mlp.resid_delta.1"] > 0.1, "at token 1, the end of half of them"
    assert by_id(result)["agreement.correlation"].beside["lowest of a node"] < -0.9
    assert by_id(result)["agreement.sign_flips"].met is False


def test_padding_is_not_compared() -> None:
    subject = planted_subject()
    tokens = torch.cat([subject.test.tokens, torch.full_like(subject.test.tokens, 7)], dim=-1)
    padded = replace(subject, test=replace(subject.test, tokens=tokens))
    assert agreement(padded).correlations == pytest.approx(agreement(subject).correlations)
    assert agreement(padded).sign_flips == pytest.approx(agreement(subject).sign_flips)


def test_heads_are_those_with_kept_channels() -> None:
    config = small_model().config  # 2 heads of 3 channels
    nodes = NodeSet.of(config, ["1.attn.v.2", "0.attn.q.3", "0.attn.k.5", "0.mlp.post_act.1"])
    assert heads_of(nodes) == [(0, 1), (1, 0)]


def test_divergence_of_attention_by_hand() -> None:
    # In the whole model q is twice channel 1, so 2 and then -2, and k is 1: position 0 sees itself
    # at e^2 to the sink's 1, position 1 both keys at e^-2 each. With q ablated to 0 all is even.
    model = micro_model()
    with torch.no_grad():
        model.blocks[0].attn.qkv.weight[0, 1] = 2.0
    subject = micro_subject(model=model, nodes=NodeSet.of(MICRO_CONFIG, ["0.attn.v.0"]))
    result = agreement(subject)
    e = torch.tensor(2.0).exp()
    whole = [
        torch.stack([e, torch.tensor(1.0)]) / (e + 1),
        torch.stack([1 / e, 1 / e, torch.tensor(1.0)]) / (2 / e + 1),
    ]
    even = [torch.full((2,), 1 / 2), torch.full((3,), 1 / 3)]

    def js(p: torch.Tensor, q: torch.Tensor) -> float:
        m = (p + q) / 2
        return float((p * (p / m).log()).sum() + (q * (q / m).log()).sum()) / 2

    first, second = (js(p, q) for p, q in zip(whole, even, strict=True))
    # Three real positions: 0 and 1 of the first sequence, 0 of the second.
    assert result.heads[0].head == "0.attn.head.0"
    assert result.heads[0].divergence == pytest.approx((2 * first + second) / 3, abs=1e-6)
    assert by_id(result)["agreement.attention"].beside["most there is"] == pytest.approx(log(2))


def test_a_circuit_without_nodes_has_nothing_to_compare() -> None:
    result = agreement(planted_subject(names=[]))
    assert result.lines == []
    assert "agreement" in result.left_out


def test_constant_nodes_have_no_correlation() -> None:
    # act_in 2 of layer 0 reads the constant channel: it varies with the norm only; q of the micro
    # model is 0 everywhere.
    subject = micro_subject(nodes=NodeSet.of(MICRO_CONFIG, ["0.attn.q.0"]))
    result = agreement(subject)
    assert result.correlations == {}
    assert result.sign_flips == {}
    assert {"agreement.correlation", "agreement.sign_flips"} == set(result.left_out)


def test_every_kept_node_is_told_apart() -> None:
    assert set(agreement(planted_subject()).correlations) == set(TRUE_NODES)
