"""`evaluate` against numbers computed by hand and against slow, obvious versions."""

from __future__ import annotations

import math

import pytest
import torch

from backend.circuits import AblationValue, Intervention, NodeSet, ZeroValues, evaluate
from backend.circuits.ablation import (
    MeanValues,
    Mode,
    ResampledValues,
    kept_nodes,
    sample_activations,
)
from models.hooks import record
from models.means import NodeMeans
from tasks import Batch, Pair
from tests.backend.circuits.planted import TRUE_NODES, planted_batch, planted_model, planted_values
from tests.micro_model import MICRO_CONFIG, micro_model, small_model

# The micro model's logits after [0, 1] are (2, -7, 9), after [0] they are (7, 9, 9).
MICRO_BATCH = Batch.from_pairs([Pair((0, 1), (0,), 0, 1, "first", "second", 0)])


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def test_whole_model_by_hand() -> None:
    evaluation = evaluate(micro_model(), MICRO_BATCH)
    # first: right is 0 (logit 2), wrong is 1 (-7); second: right is 1 (9), wrong is 0 (7).
    assert evaluation.difference.tolist() == [[9.0, 2.0]]
    assert evaluation.task_loss == pytest.approx((softplus(-9) + softplus(-2)) / 2)
    assert evaluation.accuracy == 1.0
    assert evaluation.logit_difference == 5.5
    surprise = [
        math.log(sum(map(math.exp, logits))) - right
        for logits, right in (((2, -7, 9), 2), ((7, 9, 9), 9))
    ]
    assert evaluation.cross_entropy == pytest.approx(sum(surprise) / 2)


def test_zero_ablation_by_hand() -> None:
    # Without neuron 1, token [0, 1] writes 5 - 5 = 0 to channel 1: residual (1, -1), normed the
    # same, logits 5, -5, 10 and the bigram row 1, 0, 0 and the bias 0, 0, 1: 6, -5, 11.
    nodes = NodeSet.of(MICRO_CONFIG, ["0.mlp.post_act.1"])
    evaluation = evaluate(micro_model(), MICRO_BATCH, Intervention(nodes, ZeroValues()))
    assert evaluation.difference[0, 0] == pytest.approx(11)
    assert evaluation.difference[0, 1] == pytest.approx(2)  # neuron 1 is silent after [0]


def test_mean_ablation_sets_the_mean_at_every_position() -> None:
    model = small_model()
    nodes = NodeSet.of(model.config, ["0.mlp.post_act.3", "1.attn.v.2", "0.attn.act_in.1"])
    values = {
        site.name: torch.full((site.width(model.config),), 0.5)
        for site in NodeSet.all(model.config).sites()
    }
    means = MeanValues(NodeMeans(values, "none", 1))
    batch = Batch.from_pairs([Pair((1, 2, 3), (1, 2, 4), 5, 6, "", "", 0)])
    with record(model) as whole:
        model(batch.tokens)
    # Hooks run in the order they were entered: recording inside sees the values after ablation.
    with Intervention(nodes, means).applied(model), record(model) as ablated:
        model(batch.tokens)
    for node in nodes:
        assert (ablated[node.site.name][..., node.index] == 0.5).all(), node
    others = [i for i in range(16) if i != 3]
    untouched = whole["0.attn.act_in"][..., [0, *range(2, 8)]]
    assert torch.equal(ablated["0.attn.act_in"][..., [0, *range(2, 8)]], untouched)
    assert not (ablated["0.mlp.post_act"][..., others] == 0.5).any()


@pytest.mark.parametrize("value", [ZeroValues(), None])
def test_ablating_nothing_changes_nothing(value: ZeroValues | None) -> None:
    model, batch = planted_model(), planted_batch()
    intervention = None if value is None else Intervention(NodeSet.none(model.config), value)
    whole, same = evaluate(model, batch), evaluate(model, batch, intervention)
    assert torch.equal(whole.difference, same.difference)


def test_everything_ablated_answers_alike_for_both_sequences() -> None:
    model = planted_model()
    everything = Intervention(NodeSet.all(model.config), planted_values(model))
    evaluation = evaluate(model, planted_batch(), everything)
    firsts, seconds = evaluation.difference[0].chunk(2)
    # Both sequences get the same answer, so one is right by as much as the other is wrong; what is
    # left of the difference between the tokens reaches the logits through the norm's scale alone.
    assert torch.allclose(firsts, -seconds, rtol=0.05)
    assert evaluation.accuracy == 0.5
    assert evaluation.task_loss > 0.5


def test_true_nodes_suffice_and_are_necessary() -> None:
    model, batch = planted_model(), planted_batch()
    values, circuit = planted_values(model), NodeSet.of(model.config, TRUE_NODES)
    assert evaluate(model, batch).accuracy == 1
    assert evaluate(model, batch, Intervention(~circuit, values)).task_loss < 0.15
    assert evaluate(model, batch, Intervention(circuit, values)).task_loss > 0.5


def test_resampled_values_come_from_one_place_a_position() -> None:
    model = small_model()
    tokens = torch.randint(23, (4, 12), generator=torch.Generator().manual_seed(0))
    sample = sample_activations(model, tokens)
    values = ResampledValues(sample, seed=3)
    shape = torch.Size([5, 7, 16])
    names = [NodeSet.all(model.config).sites()[i] for i in (0, 6)]
    drawn = [values.at(site, 2, shape) for site in names]
    places = [
        (sample[site.name][None, None] == rows[..., None, :]).all(-1).float().argmax(-1)
        for site, rows in zip(names, drawn, strict=True)
    ]
    assert drawn[1].shape == shape
    # Equal activations at two places are possible at one site, not at both with different places.
    for site, rows in zip(names, drawn, strict=True):
        assert torch.equal(sample[site.name][places[1]], rows)
    assert torch.equal(values.at(names[0], 2, shape), drawn[0]), "the same draw, the same places"
    assert not torch.equal(values.at(names[0], 3, shape), drawn[0])


def test_resampled_losses_are_the_mean_over_draws() -> None:
    model, batch = planted_model(), planted_batch()
    tokens = torch.randint(12, (8, 8), generator=torch.Generator().manual_seed(5))
    values = ResampledValues(sample_activations(model, tokens))
    nodes = NodeSet.of(model.config, TRUE_NODES)
    evaluation = evaluate(model, batch, Intervention(nodes, values))
    assert evaluation.difference.shape == (values.draws, 2 * batch.pairs)
    by_hand = torch.nn.functional.softplus(-evaluation.difference).mean()
    assert evaluation.task_loss == pytest.approx(float(by_hand))


def test_frozen_scales_by_hand() -> None:
    # tests/models/test_scales.py: without what attention writes, logits after [0] are (1, 15, -3).
    nodes = NodeSet.of(MICRO_CONFIG, ["0.attn.resid_delta.0"])
    intervention = Intervention(nodes, ZeroValues())
    evaluation = evaluate(micro_model(), MICRO_BATCH, intervention, frozen=True)
    assert evaluation.difference[0].tolist() == pytest.approx([9, 14])
    assert evaluate(micro_model(), MICRO_BATCH, intervention).difference[0, 1] != pytest.approx(14)


@pytest.mark.parametrize("by_position", [False, True])
def test_frozen_and_nothing_ablated_is_the_whole_model(by_position: bool) -> None:
    model = small_model(nonzero=0.6)
    tokens = torch.randint(23, (6, 9), generator=torch.Generator().manual_seed(1))
    last, answers = torch.tensor([8, 0, 4, 6, 2, 8]), torch.arange(6)
    batch = Batch(tokens, last, answers, answers + 1, answers * 0)
    nodes = NodeSet.of(model.config, ["0.mlp.post_act.1"])
    sample = sample_activations(model, tokens)
    values = ResampledValues(sample, draws=2) if by_position else ZeroValues()
    whole = evaluate(model, batch)
    same = evaluate(model, batch, Intervention(NodeSet.none(model.config), values), frozen=True)
    torch.testing.assert_close(same.difference[0], whole.difference[0], rtol=1e-4, atol=1e-4)
    ablated = Intervention(nodes, values)
    frozen, free = evaluate(model, batch, ablated, frozen=True), evaluate(model, batch, ablated)
    assert not torch.allclose(frozen.difference, free.difference, atol=1e-2)


def test_bases_of_the_modes() -> None:
    circuit = NodeSet.of(MICRO_CONFIG, ["0.mlp.post_act.1"])
    assert kept_nodes(Mode.CIRCUIT, circuit) == circuit
    assert kept_nodes(Mode.CIRCUIT_ABLATED, circuit) == ~circuit
    assert len(kept_nodes(Mode.MODEL, circuit)) == len(circuit) + len(~circuit)
    assert set(AblationValue) == {"mean", "zero", "resample", "paired"}
