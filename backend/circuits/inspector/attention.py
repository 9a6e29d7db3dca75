"""A node's head at work on one sequence, in the whole model and in the circuit alone.

The score of query i for key j is a sum over the head's channels; so each channel's part of it can
be told. A head of which few channels are kept may attend elsewhere in the circuit: how far is
measured as the report does (`faithfulness.agreement`), by Jensen-Shannon divergence.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from backend.circuits.ablation import Intervention, MeanValues
from backend.circuits.edges import EdgeSet, circuit_alone
from backend.circuits.faithfulness import metrics
from backend.circuits.faithfulness.agreement import attention
from backend.circuits.faithfulness.criteria import ATTENTION_AT_MOST
from backend.circuits.faithfulness.random_sets import real_positions
from backend.circuits.inspector.scores import carried, channel_scores, with_sink
from backend.circuits.inspector.subject import PAIRS, Subject
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.errors import InvalidRequestError, NotFoundError
from models.checkpoints import Checkpoint
from models.hooks import record
from models.layers import attention_pattern
from models.sites import Node, NodeSite, SiteKind
from models.transformer import Block, SparseTransformer
from tasks import Batch, Pair, Split, Task

Triangle = list[list[float]]
"""Row i has i + 1 entries: what query i makes of the keys up to itself."""


@dataclass(frozen=True)
class ChannelPart:
    """One channel's part of the scores of one query: S_c(i, j) for the keys j up to i."""

    channel: int
    scores: list[float]


@dataclass(frozen=True)
class HeadSide:
    """A head on one sequence.

    Attributes:
        pattern: attention, without the sink's share.
        sink: [pos] the share that is left for the sink; 0 without one, but for rounding.
        own: what the inspected channel adds: of q and k its part of each score, of v what it
            carries from each key, attention x value.
        scores: [query + 1] the chosen query's scores, before the softmax.
        channels: their parts, channels that are not zero, largest first.
    """

    pattern: Triangle
    sink: list[float]
    own: Triangle
    scores: list[float]
    channels: list[ChannelPart]


@dataclass(frozen=True)
class HeadAttention:
    """A head in the whole model and in the circuit alone, side by side.

    Attributes:
        head: e.g. `1.attn.head.3`.
        first_channel: number of its first channel within q, k or v.
        tokens: end of text, then the prompt's.
        query: position whose scores are taken apart.
        sink_logit: None without a sink.
        kept: channels of q, k and v that the circuit keeps.
        divergence: [pos] Jensen-Shannon divergence of each query's attention, nats.
        mean_divergence: mean over the tokens of n pairs, nats.
        n: pairs.
        limit: up to which two patterns count as alike, nats.
    """

    head: str
    first_channel: int
    tokens: tuple[int, ...]
    query: int
    sink_logit: float | None
    kept: dict[str, list[int]]
    model: HeadSide
    circuit: HeadSide
    divergence: list[float]
    mean_divergence: float
    n: int
    limit: float

    @property
    def differs(self) -> bool:
        """The circuit's attention is further from the model's than counts as alike."""
        return self.mean_divergence > self.limit


@dataclass(frozen=True)
class Example:
    """Which sequence is looked at: the first or second of a pair, and one of its queries."""

    split: Split = Split.TEST
    seed: int = 0
    pair: int = 0
    second: bool = False
    query: int | None = None


def head_attention(subject: Subject, example: Example) -> HeadAttention:
    """Attention of the inspected channel's head on one sequence of a pair.

    Raises:
        NotFoundError: the node is no q, k or v channel, or there is no such pair.
        InvalidRequestError: the sequence has no such query.
    """
    config, node = subject.checkpoint.config, subject.node
    head = node.head(config)
    if head is None:
        raise NotFoundError(
            f"{node} belongs to no head: q, k and v channels do.",
            remedy="Ask for the attention of one of these.",
        )
    tokens = sequence_of(subject.pairs(example.split, example.seed), example)
    query = position_in(tokens, example, "query")
    layer, model = node.site.layer, subject.checkpoint.model
    block = model.blocks[layer]
    assert isinstance(block, Block)
    row = torch.tensor([tokens])
    seen = [head_channels(model, row, layer, head, each) for each in (None, subject.alone)]
    sink = None if block.attn.sink is None else block.attn.sink[head]
    sides = [_side(channels, sink, node, config.d_head, query) for channels in seen]
    apart = metrics.jensen_shannon(*(with_sink(pattern(each, sink)) for each in seen))
    return HeadAttention(
        head=f"{layer}.attn.head.{head}",
        first_channel=head * config.d_head,
        tokens=tokens,
        query=query,
        sink_logit=None if sink is None else float(sink),
        kept=_kept(subject.nodes, layer, head),
        model=sides[0],
        circuit=sides[1],
        divergence=apart.clamp(min=0).tolist(),
        mean_divergence=_mean_divergence(
            subject.checkpoint,
            subject.task,
            subject.nodes,
            subject.dropped,
            (layer, head),
            example.split,
            example.seed,
        ),
        n=len(subject.pairs(example.split, example.seed)),
        limit=ATTENTION_AT_MOST,
    )


def sequence_of(pairs: tuple[Pair, ...], example: Example) -> tuple[int, ...]:
    """The sequence an example is about.

    Raises:
        NotFoundError: there is no such pair.
    """
    if example.pair >= len(pairs):
        raise NotFoundError(
            f"There is no pair {example.pair}: there are 0 to {len(pairs) - 1}.",
            remedy="Choose one of these.",
        )
    pair = pairs[example.pair]
    return pair.second if example.second else pair.first


def position_in(tokens: tuple[int, ...], example: Example, name: str) -> int:
    """The position an example is about, the last if it names none; `name` is for the error.

    Raises:
        InvalidRequestError: the sequence has no such position.
    """
    position = len(tokens) - 1 if example.query is None else example.query
    if position >= len(tokens):
        raise InvalidRequestError(
            f"{name} {position} is not in this sequence of {len(tokens)} tokens: it has 0 to "
            f"{len(tokens) - 1}.",
            remedy="Choose one of these.",
        )
    return position


@dataclass(frozen=True)
class HeadChannels:
    """A head's queries, keys and values on one sequence, [pos, d_head] each."""

    q: Tensor
    k: Tensor
    v: Tensor


@torch.no_grad()
def head_channels(
    model: SparseTransformer,
    tokens: Tensor,
    layer: int,
    head: int,
    intervention: Intervention | None,
) -> HeadChannels:
    """Queries, keys and values of a head.

    Args:
        model: the whole model.
        tokens: [1, pos].
        layer: of the head.
        head: in its layer.
        intervention: what is ablated; None for nothing.
    """
    names = [NodeSite(layer, kind).name for kind in (SiteKind.Q, SiteKind.K, SiteKind.V)]
    ablation = nullcontext() if intervention is None else intervention.applied(model)
    with ablation, record(model, names) as seen:
        model.residual(tokens)
    width = model.config.d_head
    own = slice(head * width, (head + 1) * width)
    q, k, v = (seen[name][0, :, own] for name in names)
    return HeadChannels(q, k, v)


def pattern(channels: HeadChannels, sink: Tensor | None) -> Tensor:
    """A head's attention, [pos (query), pos (key)], without the sink's share."""
    one = None if sink is None else sink.view(1)
    return attention_pattern(channels.q[None, :, None], channels.k[None, :, None], one)[0, 0]


def _side(
    channels: HeadChannels, sink: Tensor | None, node: Node, d_head: int, query: int
) -> HeadSide:
    parts = channel_scores(channels.q, channels.k)
    mixed = pattern(channels, sink)
    own = node.index % d_head
    is_value = node.site.kind is SiteKind.V
    at_query = parts[:, query, : query + 1]  # [d_head, keys]
    order = at_query.abs().amax(-1).argsort(descending=True, stable=True).tolist()
    return HeadSide(
        pattern=_triangle(mixed),
        sink=with_sink(mixed)[:, -1].tolist(),
        own=_triangle(carried(mixed, channels.v[:, own]) if is_value else parts[own]),
        scores=at_query.sum(0).tolist(),
        channels=[
            ChannelPart(channel, at_query[channel].tolist())
            for channel in order
            if bool(at_query[channel].any())
        ],
    )


def _triangle(values: Tensor) -> Triangle:
    return [row[: i + 1] for i, row in enumerate(values.tolist())]


def _kept(nodes: NodeSet, layer: int, head: int) -> dict[str, list[int]]:
    kept: dict[str, list[int]] = {}
    width = nodes.config.d_head
    for name, kind in (("q", SiteKind.Q), ("k", SiteKind.K), ("v", SiteKind.V)):
        mask = nodes.mask(NodeSite(layer, kind))[head * width : (head + 1) * width]
        kept[name] = mask.nonzero().flatten().tolist()
    return kept


@lru_cache(maxsize=64)
def _mean_divergence(
    checkpoint: Checkpoint,
    task: Task,
    nodes: NodeSet,
    dropped: EdgeSet,
    head: tuple[int, int],
    split: Split,
    seed: int,
) -> float:
    """Mean Jensen-Shannon divergence over the real positions of pairs, nats."""
    batch = Batch.from_pairs(task.pairs(tokenizer_of(checkpoint), split, PAIRS, seed))
    alone = circuit_alone(nodes, MeanValues(means_of(checkpoint)), dropped)
    whole, circuit = (
        attention(checkpoint.model, batch.tokens, [head], each) for each in (None, alone)
    )
    apart = metrics.jensen_shannon(whole, circuit)[:, 0]  # [batch, pos]
    return max(0.0, float(apart[real_positions(batch)].mean()))
