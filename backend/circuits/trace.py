"""A circuit at work on one text: activations at every token, attention from the last one."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from backend.circuits.ablation import Intervention
from backend.circuits.nodes import NodeSet
from models.hooks import record
from models.layers import attention_pattern
from models.sites import NodeSite, SiteKind
from models.transformer import Block, SparseTransformer

MOST_VALUES = 100_000
"""Activations told at most: nodes times tokens."""


@dataclass(frozen=True)
class Traced:
    """Something of the model at each token: [pos] under the intervention and in the whole model.

    Attributes:
        name: a node's, or a head's, e.g. `0.attn.head.5`.
        now: activations; of a head its attention from the last token.
        model: the same with nothing ablated.
    """

    name: str
    now: list[float]
    model: list[float]


@dataclass(frozen=True)
class Trace:
    """The nodes of a circuit and the heads they are in, in forward order.

    Attributes:
        left_out: nodes too many to tell.
    """

    nodes: list[Traced]
    heads: list[Traced]
    left_out: int


@torch.no_grad()
def trace(
    model: SparseTransformer, tokens: list[int], nodes: NodeSet, intervention: Intervention
) -> Trace:
    """What nodes do on a text, beside what they do in the whole model.

    Args:
        model: the whole model.
        tokens: [pos].
        nodes: which; more than `MOST_VALUES` allow are left out, the last ones.
        intervention: what is ablated; of resampled values the first draw.
    """
    names = list(nodes)
    told = names[: MOST_VALUES // len(tokens)]
    owners = ((node.site.layer, node.head(model.config)) for node in names)
    heads = sorted({(layer, head) for layer, head in owners if head is not None})
    sites = {node.site for node in told}
    sites |= {NodeSite(layer, kind) for layer, _ in heads for kind in (SiteKind.Q, SiteKind.K)}
    now, whole = (_values(model, tokens, sites, each) for each in (intervention, None))
    return Trace(
        nodes=[
            Traced(
                node.name,
                now[node.site][:, node.index].tolist(),
                whole[node.site][:, node.index].tolist(),
            )
            for node in told
        ],
        heads=[
            Traced(
                f"{layer}.attn.head.{head}",
                _attention(model, now, layer, head),
                _attention(model, whole, layer, head),
            )
            for layer, head in heads
        ],
        left_out=len(names) - len(told),
    )


def _values(
    model: SparseTransformer,
    tokens: list[int],
    sites: set[NodeSite],
    intervention: Intervention | None,
) -> dict[NodeSite, Tensor]:
    """By site: [pos, width]."""
    ablation = nullcontext() if intervention is None else intervention.applied(model)
    with ablation, record(model, [site.name for site in sites]) as seen:
        model(torch.tensor([tokens]))
    return {site: seen[site.name][0] for site in sites}


def _attention(
    model: SparseTransformer, values: dict[NodeSite, Tensor], layer: int, head: int
) -> list[float]:
    """[pos] attention of a head from the last token, without the sink's share."""
    width = model.config.d_head
    own = slice(head * width, (head + 1) * width)
    q, k = (values[NodeSite(layer, kind)][None, :, None, own] for kind in (SiteKind.Q, SiteKind.K))
    block = model.blocks[layer]
    assert isinstance(block, Block)
    sink = None if block.attn.sink is None else block.attn.sink[head].view(1)
    found: list[float] = attention_pattern(q, k, sink)[0, 0, -1].tolist()
    return found
