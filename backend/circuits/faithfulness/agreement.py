"""Do the kept nodes do in the circuit alone what they do in the whole model.

Drori 2026 ("Weight-sparse circuits may be interpretable yet unfaithful") shows nodes that mean
another thing in the pruned model than in the whole one, and heads that attend evenly there while
they attend to one token here. Compared are all real positions of the test pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor

from backend.circuits.ablation import Intervention
from backend.circuits.faithfulness import criteria, metrics
from backend.circuits.faithfulness.document import HeadReport, ReportLine
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.random_sets import real_positions
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.nodes import NodeSet
from backend.circuits.statistics import Estimate, cluster_bootstrap
from models.hooks import record
from models.layers import attention_pattern
from models.sites import NodeSite, SiteKind
from models.transformer import Block, SparseTransformer


@dataclass(frozen=True)
class Agreement(Part):
    """How alike the kept nodes and heads are in the circuit alone and in the whole model.

    Attributes:
        correlations: by node name; those that vary in both.
        sign_flips: share by node name; those that are ever nonzero in both.
        heads: with kept q, k or v channels.
    """

    correlations: dict[str, float] = field(default_factory=dict)
    sign_flips: dict[str, float] = field(default_factory=dict)
    heads: list[HeadReport] = field(default_factory=list)


def agreement(subject: Subject) -> Agreement:
    """Compare activations of kept nodes, and attention of heads with kept channels."""
    if not len(subject.nodes):
        return Agreement([], {"agreement": "The circuit has no nodes to compare."})
    subject.tell("agreement", 0, 2)
    whole, circuit = (
        node_activations(subject.model, subject.test.tokens, subject.nodes, each)
        for each in (None, subject.alone)
    )  # each [batch, pos, nodes]
    correlation, correlations = _correlation(subject, whole, circuit)
    flips, sign_flips = _sign_flips(subject, whole, circuit)
    subject.tell("agreement", 1, 2)
    attention, heads = _attention(subject)
    subject.tell("agreement", 2, 2)
    found = {
        "agreement.correlation": (correlation, "No kept node varies in both."),
        "agreement.sign_flips": (flips, "No kept node has a sign in both."),
        "agreement.attention": (attention, "The circuit has no q, k or v channel."),
    }
    return Agreement(
        lines=[each for each, _ in found.values() if each is not None],
        left_out={id: reason for id, (each, reason) in found.items() if each is None},
        correlations=correlations,
        sign_flips=sign_flips,
        heads=heads,
    )


@torch.no_grad()
def node_activations(
    model: SparseTransformer, tokens: Tensor, nodes: NodeSet, intervention: Intervention | None
) -> Tensor:
    """Activations of some nodes, [batch, pos, nodes], in forward order.

    Args:
        model: the whole model.
        tokens: [batch, pos].
        nodes: which.
        intervention: what is ablated; None for nothing.
    """
    sites = nodes.sites()
    ablation = nullcontext() if intervention is None else intervention.applied(model)
    with ablation, record(model, [site.name for site in sites]) as seen:
        model(tokens)
    return torch.cat([seen[site.name][..., nodes.mask(site)] for site in sites], dim=-1)


def _summed(subject: Subject, values: Tensor) -> Tensor:
    """Sums over real positions and the number of them: [batch, columns + 1] float64.

    Args:
        subject: the circuit.
        values: [batch, pos, columns].
    """
    real = real_positions(subject.test).unsqueeze(-1)
    counted = torch.cat([values.double(), torch.ones_like(values[..., :1]).double()], dim=-1)
    return (counted * real).sum(1)


def _each_and_their_mean(
    subject: Subject, sums: Tensor, measure: Callable[[Tensor], Tensor]
) -> tuple[list[float], Estimate | None]:
    """What is measured of each node or head, NaN where it cannot be, and the mean of the others.

    Args:
        subject: the circuit.
        sums: [batch, columns], a row a sequence.
        measure: of each node or head, from means of such rows:
            [resamples, columns] -> [resamples, nodes or heads].
    """
    values = measure(sums.mean(0, keepdim=True)).squeeze(0)
    known = ~values.isnan()
    if not known.any():
        return values.tolist(), None
    estimate = cluster_bootstrap(
        sums,
        subject.test.template,
        lambda means: measure(means)[:, known].nanmean(-1),
        seed=subject.config.seed,
    )
    return values.tolist(), estimate


def _by_name(nodes: NodeSet, values: Sequence[float]) -> dict[str, float]:
    """The values of nodes that have one."""
    named = zip(nodes.names(), values, strict=True)
    return {name: value for name, value in named if not math.isnan(value)}


def _correlation(
    subject: Subject, whole: Tensor, circuit: Tensor
) -> tuple[ReportLine | None, dict[str, float]]:
    sums = _summed(subject, metrics.moments(whole, circuit).flatten(-2))

    def by_node(means: Tensor) -> Tensor:  # [resamples, 5 * nodes + 1] -> [resamples, nodes]
        moments = means[:, :-1] / means[:, -1:]
        return metrics.correlation(moments.unflatten(-1, (-1, 5)))

    values, estimate = _each_and_their_mean(subject, sums, by_node)
    if estimate is None:
        return None, {}
    found = _by_name(subject.nodes, values)
    return line(
        "agreement.correlation",
        "Correlation of activations in the circuit alone and in the whole model, mean of nodes",
        "correlation",
        estimate,
        beside={
            "lowest of a node": min(found.values()),
            "nodes that vary in both": float(len(found)),
            "nodes of the circuit": float(len(subject.nodes)),
        },
        criterion=criteria.alike(),
        limit="Correlated activations may still differ in size, and positions that do not matter "
        "to the answer count as much as those that do.",
    ), found


def _sign_flips(
    subject: Subject, whole: Tensor, circuit: Tensor
) -> tuple[ReportLine | None, dict[str, float]]:
    flipped, signed = metrics.sign_flips(whole, circuit)
    sums = _summed(subject, torch.cat([flipped, signed], dim=-1))[:, :-1]  # [batch, 2 * nodes]

    def by_node(means: Tensor) -> Tensor:  # [resamples, 2 * nodes] -> [resamples, nodes]
        flips, signs = means.chunk(2, dim=-1)
        return flips / signs

    values, estimate = _each_and_their_mean(subject, sums, by_node)
    if estimate is None:
        return None, {}
    found = _by_name(subject.nodes, values)
    return line(
        "agreement.sign_flips",
        "Positions where a node's sign is another in the whole model, mean of nodes",
        "share",
        estimate,
        beside={
            "largest of a node": max(found.values()),
            "nodes with a sign in both": float(len(found)),
        },
        criterion=criteria.same_signs(),
        limit="Positions where AbsTopK silences a node in either are not counted; near zero a "
        "flip means little.",
    ), found


def heads_of(nodes: NodeSet) -> list[tuple[int, int]]:
    """(layer, head) of the heads with a q, k or v channel among the nodes, in forward order."""
    heads = {
        (node.site.layer, head) for node in nodes if (head := node.head(nodes.config)) is not None
    }
    return sorted(heads)


@torch.no_grad()
def attention(
    model: SparseTransformer,
    tokens: Tensor,
    heads: Sequence[tuple[int, int]],
    intervention: Intervention | None,
) -> Tensor:
    """What heads attend to: [batch, heads, pos (query), pos (key) + 1], the sink's share last.

    Args:
        model: the whole model.
        tokens: [batch, pos].
        heads: (layer, head) each.
        intervention: what is ablated; None for nothing.
    """
    layers = sorted({layer for layer, _ in heads})
    names = {
        (layer, kind): NodeSite(layer, kind).name
        for layer in layers
        for kind in (SiteKind.Q, SiteKind.K)
    }
    ablation = nullcontext() if intervention is None else intervention.applied(model)
    with ablation, record(model, names.values()) as seen:
        model(tokens)
    shape = (model.config.n_head, model.config.d_head)
    patterns = {}
    for layer in layers:
        q, k = (seen[names[layer, kind]].unflatten(-1, shape) for kind in (SiteKind.Q, SiteKind.K))
        block = model.blocks[layer]
        assert isinstance(block, Block)
        pattern = attention_pattern(q, k, block.attn.sink)  # [batch, head, pos, pos]
        rest = (1 - pattern.sum(-1, keepdim=True)).clamp(min=0)
        patterns[layer] = torch.cat([pattern, rest], dim=-1)
    return torch.stack([patterns[layer][:, head] for layer, head in heads], dim=1)


def _attention(subject: Subject) -> tuple[ReportLine | None, list[HeadReport]]:
    heads = heads_of(subject.nodes)
    if not heads:
        return None, []
    whole, circuit = (
        attention(subject.model, subject.test.tokens, heads, each) for each in (None, subject.alone)
    )
    apart = metrics.jensen_shannon(whole, circuit).transpose(1, 2)  # [batch, pos, heads]
    sums = _summed(subject, apart)  # [batch, heads + 1]

    def by_head(means: Tensor) -> Tensor:
        return means[:, :-1] / means[:, -1:]

    values, estimate = _each_and_their_mean(subject, sums, by_head)
    assert estimate is not None
    reports = [
        HeadReport(head=f"{layer}.attn.head.{head}", divergence=max(0.0, value))
        for (layer, head), value in zip(heads, values, strict=True)
    ]
    return line(
        "agreement.attention",
        "Jensen-Shannon divergence of attention from the whole model's, mean of heads",
        "nats",
        estimate,
        beside={
            "largest of a head": max(values),
            "heads with kept channels": float(len(heads)),
            "most there is": 0.6931471805599453,
        },
        criterion=criteria.same_attention(),
        limit="A head of which only value channels are kept attends by its mean query and key: "
        "it may attend otherwise than the model and still write the same.",
    ), reports
