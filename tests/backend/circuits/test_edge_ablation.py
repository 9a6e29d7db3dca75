"""Ablating single edges against numbers computed by hand and against slow, obvious versions."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from backend.circuits import Intervention, NodeSet, ZeroValues, evaluate
from backend.circuits.ablation import MeanValues, ResampledValues, Values, sample_activations
from backend.circuits.edges import parse_edges
from models.hooks import record, replace
from models.means import NodeMeans, compute_node_means
from models.sites import EDGE_KINDS, Edge, Node, NodeSite, SiteKind, edge_sites
from models.transformer import SparseTransformer
from tasks import Batch, Pair
from tests.micro_model import MICRO_CONFIG, MICRO_TOKENS, VARIANTS, micro_model, small_model

TOKENS = torch.randint(23, (4, 9), generator=torch.Generator().manual_seed(1))
LAST = torch.tensor([8, 0, 4, 6])
BATCH = Batch(TOKENS, LAST, torch.tensor([1, 2, 3, 4]), torch.tensor([5, 6, 7, 8]), LAST * 0)
READ_KINDS = (SiteKind.ATTN_IN, SiteKind.V, SiteKind.MLP_IN, SiteKind.NEURON)


def values_of(kind: str, model: SparseTransformer) -> Values:
    """Mean, zero or resampled values of a small model."""
    tokens = torch.randint(23, (5, 12), generator=torch.Generator().manual_seed(2))
    if kind == "mean":
        return MeanValues(compute_node_means(model, [tokens], "random tokens"))
    if kind == "resampled":
        return ResampledValues(sample_activations(model, tokens), draws=2)
    return ZeroValues()


def edges_out_of(model: SparseTransformer, node: Node) -> set[Edge]:
    """To every node that a weight, zero or not, joins to it."""
    return {
        Edge(node, Node(target, index))
        for source, target in edge_sites(model.config)
        if source == node.site
        for index in range(target.width(model.config))
    }


def logits(
    model: SparseTransformer, intervention: Intervention, last: Tensor | None = None
) -> Tensor:
    """[batch, vocab] at `last`, or [batch, pos, vocab]."""
    with intervention.applied(model, 0, last):
        result: Tensor = model(TOKENS, last)
    return result


def micro(edge: str, mean: float) -> tuple[Intervention, dict[str, Tensor]]:
    """An edge of the micro model ablated by a mean of all nodes, and the activations then."""
    values = {
        site.name: torch.full((site.width(MICRO_CONFIG),), mean)
        for site in NodeSet.all(MICRO_CONFIG).sites()
    }
    means = MeanValues(NodeMeans(values, "none", 1))
    edges = parse_edges([edge], MICRO_CONFIG)
    intervention, model = Intervention(NodeSet.none(MICRO_CONFIG), means, edges), micro_model()
    with intervention.applied(model), record(model) as seen:
        model(MICRO_TOKENS)
    return intervention, seen


@pytest.mark.parametrize(
    ("edge", "mean", "target", "expected"),
    [
        # k = x0: 3 in the place of x0 = 1, at both positions.
        ("0.attn.act_in.0>0.attn.k.0", 3.0, "0.attn.k", [[3.0], [3]]),
        # v = x1, which is 1 and -1.
        ("0.attn.act_in.1>0.attn.v.0", 0.0, "0.attn.v", [[0.0], [0]]),
        # Query 0 is even over keys and sink: 3 of 1/2 and of 2/3, times 12.
        ("0.attn.v.0>0.attn.resid_delta.0", 3.0, "0.attn.resid_delta", [[18.0, 0], [24, 0]]),
        # relu(1 - 5 x1) with x1 = 0; a mean of -2 makes it 11.
        ("0.mlp.act_in.1>0.mlp.post_act.1", 0.0, "0.mlp.post_act", [[7.0, 1], [5, 1]]),
        ("0.mlp.act_in.1>0.mlp.post_act.1", -2.0, "0.mlp.post_act", [[7.0, 11], [5, 11]]),
        # 5 - n0 - n1 with n0 = 2, where n1 is 0 and 6.
        ("0.mlp.post_act.0>0.mlp.resid_delta.1", 2.0, "0.mlp.resid_delta", [[0.0, 3], [0, -3]]),
    ],
)
def test_edges_by_hand(edge: str, mean: float, target: str, expected: list[list[float]]) -> None:
    _, seen = micro(edge, mean)
    torch.testing.assert_close(seen[target], torch.tensor([expected]))


def test_answers_by_hand() -> None:
    # Neuron 1 is read by one channel alone: see the zero ablation of the node in test_ablation.py.
    batch = Batch.from_pairs([Pair((0, 1), (0,), 0, 1, "first", "second", 0)])
    intervention, _ = micro("0.mlp.post_act.1>0.mlp.resid_delta.1", 0.0)
    assert evaluate(micro_model(), batch, intervention).difference[0].tolist() == [11, 2]


@pytest.mark.parametrize("kind", ["mean", "zero", "resampled"])
@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_ablating_all_edges_out_of_a_node_ablates_the_node(
    changes: dict[str, Any], kind: str
) -> None:
    model = small_model(nonzero=0.6, **changes)
    values, none = values_of(kind, model), NodeSet.none(model.config)
    lasts = [None, LAST] if not values.by_position else [None]
    whole = logits(model, Intervention(none, values))
    felt = 0
    for layer in (0, 1):
        for source in READ_KINDS:
            node = Node(NodeSite(layer, source), 2)
            as_node = Intervention(NodeSet.of(model.config, [node]), values)
            as_edges = Intervention(none, values, frozenset(edges_out_of(model, node)))
            for last in lasts:
                expected, actual = logits(model, as_node, last), logits(model, as_edges, last)
                torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-4)
            one, other = evaluate(model, BATCH, as_node), evaluate(model, BATCH, as_edges)
            torch.testing.assert_close(other.difference, one.difference, rtol=1e-4, atol=1e-4)
            felt += not torch.allclose(logits(model, as_node), whole, atol=1e-3)
    assert felt >= 4, "most of these nodes matter, so the agreement means something"


@pytest.mark.parametrize("joined", EDGE_KINDS, ids=[f"{a}>{b}" for a, b in EDGE_KINDS])
def test_the_target_alone_sees_it(joined: tuple[SiteKind, SiteKind]) -> None:
    model = small_model(nonzero=1, attention_sink=True, abs_topk_fraction=None)
    source, target = (NodeSite(0, kind) for kind in joined)
    edge = Edge(Node(source, 1), Node(target, 4))
    with record(model) as whole:
        model(TOKENS)
    intervention = Intervention(
        NodeSet.none(model.config), values_of("mean", model), frozenset({edge})
    )
    with intervention.applied(model), record(model) as seen:
        model(TOKENS)
    upstream = [site.name for site in NodeSet.all(model.config).sites() if site < target]
    for name in upstream:
        assert torch.equal(seen[name], whole[name]), name
    changed = (seen[target.name] != whole[target.name]).flatten(0, 1).any(0)
    assert changed.nonzero().flatten().tolist() == [4]


def test_an_edge_without_weight_changes_nothing() -> None:
    model = small_model(nonzero=0.3)
    edges = {
        Edge(Node(source, int(column)), Node(target, int(row)))
        for source, target in edge_sites(model.config)
        for row, column in (model.edge_weight(source, target) == 0).nonzero().tolist()
    }
    none = NodeSet.none(model.config)
    same = evaluate(model, BATCH, Intervention(none, ZeroValues(), frozenset(edges)))
    assert len(edges) > 100
    assert torch.equal(same.difference, evaluate(model, BATCH).difference)


@pytest.mark.parametrize("kind", ["mean", "zero", "resampled"])
def test_an_edge_from_an_ablated_node_changes_nothing(kind: str) -> None:
    model = small_model(nonzero=0.6, attention_sink=True)
    values = values_of(kind, model)
    nodes = [Node(NodeSite(layer, source), 1) for layer in (0, 1) for source in READ_KINDS]
    ablated = NodeSet.of(model.config, nodes)
    edges = frozenset[Edge]().union(*(edges_out_of(model, node) for node in nodes))
    with_edges = evaluate(model, BATCH, Intervention(ablated, values, edges))
    without = evaluate(model, BATCH, Intervention(ablated, values))
    assert torch.equal(with_edges.difference, without.difference)


def test_nodes_and_edges_together_are_other_weights_and_biases() -> None:
    """A mean-ablated edge is no weight, and weight * mean in the bias: rows sum to 1 here."""
    model, changed = small_model(nonzero=0.5), small_model(nonzero=0.5)
    means = compute_node_means(model, [TOKENS], "random tokens")
    generator = torch.Generator().manual_seed(3)
    nodes = [
        Node(site, int(torch.randint(site.width(model.config), (), generator=generator)))
        for site in NodeSet.all(model.config).sites()
    ]
    ablated, edges = NodeSet.of(model.config, nodes), set()
    for source, target in edge_sites(model.config):
        weight = changed.edge_weight(source, target)
        chosen = (torch.rand(weight.shape, generator=generator) < 0.3) & (weight != 0)
        added = torch.where(chosen, weight, 0) @ means.values[source.name]
        bias_of(changed, target).add_(added)
        weight[chosen] = 0
        for row, column in chosen.nonzero().tolist():
            edges.add(Edge(Node(source, column), Node(target, row)))
    values = MeanValues(means)
    expected = evaluate(changed, BATCH, Intervention(ablated, values))
    actual = evaluate(model, BATCH, Intervention(ablated, values, frozenset(edges)))
    torch.testing.assert_close(actual.difference, expected.difference, rtol=1e-4, atol=1e-4)
    nodes_alone = evaluate(model, BATCH, Intervention(ablated, values))
    assert not torch.allclose(actual.difference, nodes_alone.difference, atol=0.1)


def bias_of(model: SparseTransformer, target: NodeSite) -> Tensor:
    """[width], a view: what is added to a target's sum."""
    state, prefix = model.state_dict(), f"blocks.{target.layer}."
    q, k, v = state[f"{prefix}attn.qkv.bias"].chunk(3)
    biases: dict[SiteKind, Tensor] = {
        SiteKind.Q: q,
        SiteKind.K: k,
        SiteKind.V: v,
        SiteKind.ATTN_OUT: state[f"{prefix}attn.out.bias"],
        SiteKind.NEURON: state[f"{prefix}mlp.up.bias"],
        SiteKind.MLP_OUT: state[f"{prefix}mlp.down.bias"],
    }
    return biases[target.kind]


@pytest.mark.parametrize("source", READ_KINDS)
def test_no_gradient_reaches_a_node_whose_edges_are_all_ablated(source: SiteKind) -> None:
    model = small_model(nonzero=1, attention_sink=True, abs_topk_fraction=None)
    node = Node(NodeSite(1, source), 2)
    edges = frozenset(edges_out_of(model, node))
    intervention = Intervention(NodeSet.none(model.config), values_of("mean", model), edges)
    gate = torch.ones(node.site.width(model.config), requires_grad=True)
    with replace(model, {node.site.name: lambda x: x * gate}), intervention.applied(model, 0, LAST):
        model(TOKENS, LAST)[:, 5].sum().backward()
    assert gate.grad is not None
    assert float(gate.grad[2].abs()) < 1e-3 * float(gate.grad.abs().mean())


def test_edges_that_no_weight_joins_are_refused_and_hooks_are_gone_afterwards() -> None:
    model = micro_model()
    q, out = Node(NodeSite(0, SiteKind.Q), 0), Node(NodeSite(0, SiteKind.ATTN_OUT), 0)
    intervention = Intervention(
        NodeSet.of(MICRO_CONFIG, ["0.attn.q.0"]), ZeroValues(), frozenset({Edge(q, out)})
    )
    with pytest.raises(ValueError, match="no weight joins"):
        evaluate(model, BATCH.select([0]), intervention)
    assert not any(point.hooks or point.inputs for point in model.hook_points.values())
