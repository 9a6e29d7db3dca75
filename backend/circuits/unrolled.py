"""A circuit unrolled over tokens: its nodes at every position of one text, under a question and in
the whole model, with its heads' attention between positions and what flows along its edges.

What flows into a node t at position p, before its nonlinearity and AbsTopK, is

    inflow(t, p) = bias(t) + sum over the circuit's edges s>t of carried(s>t, p) + outside(t, p)

    carried(s>t, p) = weight * value(s, p)                                   s in act_in, post_act
                    = weight * sum over keys k of attention(p, k) value(s, k)             s in v

where the attention is that of the head of s, and `value` is what the edge sees: the node's own, or
what ablation puts in its place where the edge is ablated by itself. `outside` is what comes along
the nonzero weights from nodes that the circuit lacks, at the values they have then. Nodes at act_in
have no such sum: they are the normed residual stream.

The paper draws this by hand for string closing (Gao et al. 2025).
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from backend.circuits.ablation import AblationValue, Intervention, Values
from backend.circuits.answer import fixed_answers
from backend.circuits.circuit import Circuit
from backend.circuits.evaluations import ablation_values, intervention, task_pairs
from backend.circuits.inspector.attention import Example, Triangle, sequence_of
from backend.circuits.nodes import NodeSet
from backend.circuits.paired import PairedValues
from backend.circuits.path import at_size
from backend.circuits.prompt import prompt_tokens
from backend.circuits.question import Question, keeps
from backend.errors import InvalidRequestError
from models.anatomy import node_parameters
from models.checkpoints import Checkpoint
from models.hooks import record, replace
from models.layers import Replacement, attention_pattern
from models.sites import Node, NodeSite, SiteKind
from models.transformer import Block, SparseTransformer
from tasks import Batch, Task

MOST_NUMBERS = 600_000
"""Values, inflows, attention, edges, channels and answers told at most."""


@dataclass(frozen=True)
class Inflow:
    """What flows into a node at each token, before its nonlinearity and AbsTopK.

    Attributes:
        bias: the part of it that no edge brings.
        now: [pos] under the question.
        model: [pos] in the whole model.
    """

    bias: float
    now: list[float]
    model: list[float]


@dataclass(frozen=True)
class UnrolledNode:
    """A node of the circuit at each token.

    Attributes:
        name: e.g. `0.mlp.post_act.863`.
        now: [pos] values under the question.
        model: [pos] values in the whole model.
        inflow: None at act_in, where nothing is summed over edges.
        instead: [pos] what edges from it carry that are ablated by themselves; None if none is.
    """

    name: str
    now: list[float]
    model: list[float]
    inflow: Inflow | None
    instead: list[float] | None


@dataclass(frozen=True)
class UnrolledHead:
    """Attention of a head of which the circuit has a channel; the sink's share is left out.

    Attributes:
        name: e.g. `0.attn.head.5`.
        now: row i has the i + 1 keys that query i sees, under the question.
        model: likewise in the whole model.
    """

    name: str
    now: Triangle
    model: Triangle


@dataclass(frozen=True)
class UnrolledEdge:
    """An edge of the circuit; `ablated` if it carries `instead`, by itself, under the question."""

    source: str
    target: str
    weight: float
    ablated: bool


@dataclass(frozen=True)
class UnrolledChannel:
    """[pos] what the tokens' embeddings, and added positions, write to a residual channel."""

    channel: int
    embedding: list[float]


@dataclass(frozen=True)
class UnrolledAnswer:
    """[pos] log-probability of an answer, nats, as the next token after each position."""

    token: int
    now: list[float]
    model: list[float]


@dataclass(frozen=True)
class Unrolled:
    """A circuit unrolled over the tokens of a text.

    Attributes:
        tokens: end of text, then the text's.
        pairs: how many can be asked for.
        nodes: in forward order.
        heads: in forward order.
        edges: as the circuit lists them, pruned ones too.
        channels: the residual channels that the circuit reads.
        answers: the right one first, then the wrong one; of a prompt the task's two answers, none
            where they differ from pair to pair.
    """

    tokens: tuple[int, ...]
    pairs: int
    nodes: list[UnrolledNode]
    heads: list[UnrolledHead]
    edges: list[UnrolledEdge]
    channels: list[UnrolledChannel]
    answers: list[UnrolledAnswer]


@dataclass(frozen=True)
class _Text:
    """What is looked at: one row of a batch of token sequences, and the answers after it."""

    rows: Tensor
    row: int
    length: int
    answers: tuple[int, ...]
    pair: Batch | None

    @property
    def tokens(self) -> tuple[int, ...]:
        return tuple(self.rows[self.row, : self.length].tolist())


@dataclass(frozen=True)
class _Pass:
    """What one forward pass showed of a text: [pos, width] by site; logits are [pos, vocab]."""

    values: dict[NodeSite, Tensor]
    inflows: dict[NodeSite, Tensor]
    logits: Tensor


@torch.no_grad()
def unrolled(
    checkpoint: Checkpoint,
    task: Task,
    circuit: Circuit,
    question: Question,
    example: Example,
    turn: AbstractContextManager[object] | None = None,
) -> Unrolled:
    """A circuit at every token of one text: one forward pass under the question, one without.

    Args:
        checkpoint: the circuit's, with tokenizer and node means.
        task: the circuit's.
        circuit: whose nodes and edges are told; those of the question's size, if it names one.
        question: what is ablated; with a prompt, that is the text. Of resampled values the first
            draw.
        example: which sequence of which pair is the text otherwise; its split and seed are those
            of the question's pairs.
        turn: a lock, held while the model runs and not while its values are written out.

    Raises:
        NotFoundError: there is no such pair.
        InvalidRequestError: the text is too long, it and the circuit make too many numbers, or the
            question cannot be asked (see `keeps`).
    """
    drawn = at_size(checkpoint, circuit, question.size)
    _, kept = keeps(checkpoint.config, circuit, question)
    text = _text(checkpoint, task, question, example)
    nodes = NodeSet.of(checkpoint.config, drawn.nodes)
    heads = _heads(nodes)
    dropped = {edge.name for edge in kept.dropped}
    edges = [
        UnrolledEdge(
            edge.source,
            edge.target,
            edge.weight,
            ablated=f"{edge.source}>{edge.target}" in dropped,
        )
        for edge in drawn.edges
    ]
    replaced = {edge.source for edge in edges if edge.ablated}
    _check_size(nodes, len(heads), len(edges), len(replaced), text)
    sites = {*nodes.sites()}
    sites |= {NodeSite(layer, kind) for layer, _ in heads for kind in (SiteKind.Q, SiteKind.K)}
    model = checkpoint.model
    with turn or nullcontext():
        values = _ablation_values(checkpoint, question, text)
        whole = _run(model, text, sites, None)
        now = whole if kept.is_whole else _run(model, text, sites, intervention(kept, values))
        instead = {
            node.name: _instead(model, values, node, text)
            for node in nodes
            if node.name in replaced
        }
    return Unrolled(
        tokens=text.tokens,
        pairs=len(task_pairs(checkpoint, task, question.split, question.seed)),
        nodes=[_node(model, node, now, whole, instead.get(node.name)) for node in nodes],
        heads=[
            UnrolledHead(
                f"{layer}.attn.head.{head}",
                *(_attention(model, each, layer, head) for each in (now, whole)),
            )
            for layer, head in heads
        ],
        edges=edges,
        channels=_channels(model, nodes, text),
        answers=[
            UnrolledAnswer(
                answer,
                *(each.logits.log_softmax(-1)[:, answer].tolist() for each in (now, whole)),
            )
            for answer in text.answers
        ],
    )


def _text(checkpoint: Checkpoint, task: Task, question: Question, example: Example) -> _Text:
    if question.prompt is not None:
        tokens = prompt_tokens(checkpoint, question.prompt)
        rows = torch.tensor([tokens])
        return _Text(rows, 0, len(tokens), fixed_answers(checkpoint, task), None)
    pairs = task_pairs(checkpoint, task, question.split, question.seed)
    sequence = sequence_of(pairs, example)
    batch = Batch.from_pairs([pairs[example.pair]])
    row = int(example.second)
    answers = (int(batch.right[row]), int(batch.wrong[row]))
    return _Text(batch.tokens, row, len(sequence), answers, batch)


def _ablation_values(checkpoint: Checkpoint, question: Question, text: _Text) -> Values:
    if question.value is AblationValue.PAIRED and text.pair is not None:
        return PairedValues.of(checkpoint.model, text.pair)
    return ablation_values(checkpoint, question.value, question.seed)


def _heads(nodes: NodeSet) -> list[tuple[int, int]]:
    owners = ((node.site.layer, node.head(nodes.config)) for node in nodes)
    return sorted({(layer, head) for layer, head in owners if head is not None})


def _check_size(nodes: NodeSet, heads: int, edges: int, replaced: int, text: _Text) -> None:
    """Raises InvalidRequestError where there would be more than `MOST_NUMBERS`.

    Counted is what `Unrolled` holds: a row of numbers is as long as the text; edges are one each.
    """
    length = text.length
    reads = sum(node.site.kind.is_read for node in nodes)
    channels = len(_channels_read(nodes))
    rows = 4 * len(nodes) - 2 * reads + replaced + channels + 2 * len(text.answers)
    numbers = rows * length + heads * length * (length + 1) + edges
    if numbers > MOST_NUMBERS:
        raise InvalidRequestError(
            f"{len(nodes)} nodes, {heads} heads and {edges} edges at {length} tokens make "
            f"{numbers} numbers; {MOST_NUMBERS} can be shown.",
            remedy="Take a shorter text, or a smaller size on the circuit's path.",
        )


def _run(
    model: SparseTransformer, text: _Text, sites: set[NodeSite], change: Intervention | None
) -> _Pass:
    inflows: dict[str, Tensor] = {}

    def keep(name: str) -> Replacement:
        def hook(x: Tensor) -> Tensor:
            inflows[name] = x
            return x

        return hook

    names = [site.name for site in sites]
    ablation = nullcontext() if change is None else change.applied(model)
    # Entered after the ablation, so that what is recorded is what is left after it.
    recording = replace(model, inputs={name: keep(name) for name in names})
    with ablation, record(model, names) as seen, recording:
        logits = model(text.rows)
    return _Pass(
        {site: seen[site.name][text.row, : text.length] for site in sites},
        {site: inflows[site.name][text.row, : text.length] for site in sites},
        logits[text.row, : text.length],
    )


def _node(
    model: SparseTransformer, node: Node, now: _Pass, whole: _Pass, instead: list[float] | None
) -> UnrolledNode:
    def told(of: dict[NodeSite, Tensor]) -> list[float]:
        found: list[float] = of[node.site][:, node.index].tolist()
        return found

    inflow = None
    if not node.site.kind.is_read:
        bias = node_parameters(model, node).bias or 0.0
        inflow = Inflow(bias, told(now.inflows), told(whole.inflows))
    return UnrolledNode(node.name, told(now.values), told(whole.values), inflow, instead)


def _instead(model: SparseTransformer, values: Values, node: Node, text: _Text) -> list[float]:
    """[pos] what ablation puts in the place of a node."""
    shape = torch.Size((*text.rows.shape, node.site.width(model.config)))
    given = values.at(node.site, 0, shape).expand(shape)
    found: list[float] = given[text.row, : text.length, node.index].tolist()
    return found


def _attention(model: SparseTransformer, seen: _Pass, layer: int, head: int) -> Triangle:
    width = model.config.d_head
    own = slice(head * width, (head + 1) * width)
    q, k = (
        seen.values[NodeSite(layer, kind)][None, :, None, own] for kind in (SiteKind.Q, SiteKind.K)
    )
    block = model.blocks[layer]
    assert isinstance(block, Block)
    sink = None if block.attn.sink is None else block.attn.sink[head].view(1)
    pattern: Triangle = attention_pattern(q, k, sink)[0, 0].tolist()
    return [row[: i + 1] for i, row in enumerate(pattern)]


def _channels(model: SparseTransformer, nodes: NodeSet, text: _Text) -> list[UnrolledChannel]:
    embedded = model.embed(text.rows)[0][text.row, : text.length]  # [pos, d_model]
    return [
        UnrolledChannel(channel, embedded[:, channel].tolist()) for channel in _channels_read(nodes)
    ]


def _channels_read(nodes: NodeSet) -> list[int]:
    width = nodes.config.d_model
    return sorted({node.index for node in nodes if node.site.kind.is_read and node.index < width})
