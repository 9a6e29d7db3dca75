"""One node of a circuit's model: each section of the inspector is a route of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from backend.api.deps import LibraryDep, ReadDep, ServicesDep, SlugPath
from backend.api.problems import responses
from backend.api.routes.channels import channel_tokens
from backend.api.routes.circuits import open_checkpoint
from backend.api.schemas.anatomy import Channel
from backend.api.schemas.inspector import (
    ChannelPart,
    Excerpt,
    ExcerptGroup,
    HeadAttention,
    HeadSide,
    NodeCircuits,
    NodeEdges,
    NodeEdgeSide,
    NodeEffects,
    NodeFacts,
    NodePairs,
    NodeSample,
    PairActivations,
    SideActivations,
)
from backend.api.schemas.tokens import TokenText
from backend.api.views import circuit_summary, token_text
from backend.circuits.inspector import attention, edges, effect, facts, pairs, sample
from backend.circuits.inspector.subject import Subject, find_node
from backend.circuits.needs import tokenizer_of
from backend.errors import NotFoundError
from backend.jobs.service import find_task
from backend.store import circuits_with_node, get_circuit
from tasks import Split

router = APIRouter(prefix="/circuits/{slug}/nodes/{node}", tags=["nodes"])

Seed = Annotated[int, Query(ge=0, le=2**31 - 1, description="of the pairs")]


def _subject(
    slug: SlugPath,
    node: Annotated[str, Path(description="name of a node, e.g. 0.mlp.post_act.863")],
    session: ReadDep,
    library: LibraryDep,
) -> Subject:
    """The node of the path, in its circuit's checkpoint."""
    circuit = get_circuit(session, slug)
    checkpoint = open_checkpoint(circuit, library)
    return Subject(checkpoint, find_task(circuit.task), circuit, find_node(checkpoint, node))


SubjectDep = Annotated[Subject, Depends(_subject)]


@router.get("", responses=responses(404, 409, 422))
def get_node(subject: SubjectDep) -> NodeFacts:
    """What a node is: its place, its mean, bias, norm weight and sink."""
    return NodeFacts(**dataclasses.asdict(facts.node_facts(subject)))


@router.get("/edges", responses=responses(404, 409, 422))
def get_node_edges(subject: SubjectDep) -> NodeEdges:
    """Its edges with weights: those in the circuit, and how many there are outside it."""
    found = edges.node_edges(subject)
    return NodeEdges(into=_edge_side(found.into), out=_edge_side(found.out))


@router.get("/effect", responses=responses(404, 409, 422))
def get_node_effect(
    subject: SubjectDep, services: ServicesDep, split: Split = Split.TEST, seed: Seed = 0
) -> NodeEffects:
    """What ablating it alone changes, in the circuit alone and in the whole model."""
    with services.evaluating:
        found = effect.node_effects(subject, split, seed)
    return NodeEffects(in_circuit=subject.in_circuit, **dataclasses.asdict(found))


@router.get("/pairs", responses=responses(404, 409, 422))
def get_node_pairs(
    subject: SubjectDep,
    services: ServicesDep,
    split: Split = Split.TEST,
    seed: Seed = 0,
    start: Annotated[int, Query(ge=0, description="number of the first pair")] = 0,
    count: Annotated[int, Query(ge=1, le=100, description="pairs at most")] = 4,
) -> NodePairs:
    """Its activations on the task's pairs, in the whole model and in the circuit alone."""
    with services.evaluating:
        found = pairs.pair_activations(subject, split, seed, start, count)
    return NodePairs(
        total=len(subject.pairs(split, seed)), pairs=[_pair(subject, each) for each in found]
    )


@router.get("/sample", responses=responses(404, 409, 422))
def get_node_sample(subject: SubjectDep, services: ServicesDep) -> NodeSample:
    """Its largest, least and middling activations on held-out pretraining text."""
    with services.evaluating:
        found = sample.node_sample(subject.checkpoint, subject.node)
    if found is None:
        return NodeSample(places=None, nonzero=0, mean=0, groups=[], edges=[], counts=[])
    spread = found.spread
    return NodeSample(
        places=spread.places,
        nonzero=spread.nonzero,
        mean=spread.mean,
        groups=[
            ExcerptGroup(
                quantile=group.quantile,
                value=group.value,
                excerpts=[excerpt_of(subject, each) for each in group.excerpts],
            )
            for group in found.groups
        ],
        edges=spread.edges,
        counts=spread.counts,
    )


@router.get("/attention", responses=responses(404, 409, 422))
def get_node_attention(
    subject: SubjectDep,
    services: ServicesDep,
    split: Split = Split.TEST,
    seed: Seed = 0,
    pair: Annotated[int, Query(ge=0, description="number of a pair")] = 0,
    second: Annotated[bool, Query(description="its second sequence, not its first")] = False,
    query: Annotated[
        int | None, Query(ge=0, description="a position; the last if left out")
    ] = None,
) -> HeadAttention:
    """The attention of its head, and each channel's part of the scores of one query."""
    example = attention.Example(split, seed, pair, second, query)
    with services.evaluating:
        found = attention.head_attention(subject, example)
    return HeadAttention(
        head=found.head,
        first_channel=found.first_channel,
        pairs=found.n,
        tokens=_tokens(subject, found.tokens),
        query=found.query,
        sink_logit=found.sink_logit,
        model=_head_side(found, found.model),
        circuit=_head_side(found, found.circuit),
        divergence=found.divergence,
        mean_divergence=found.mean_divergence,
        limit=found.limit,
        differs=found.differs,
    )


@router.get("/tokens", responses=responses(404, 409, 422))
def get_node_tokens(subject: SubjectDep) -> Channel:
    """The tokens that write its residual channel, and the logits that the channel moves."""
    site, index = subject.node.site, subject.node.index
    if not (site.kind.is_read or site.kind.is_write):
        raise NotFoundError(
            f"{subject.node} is no residual channel: act_in and resid_delta nodes are.",
            remedy="Ask for the tokens of one of these.",
        )
    return channel_tokens(subject.checkpoint, index)


@router.get("/circuits", responses=responses(404, 409, 422))
def get_node_circuits(subject: SubjectDep, session: ReadDep) -> NodeCircuits:
    """The other circuits of the same checkpoint that have it."""
    digest = subject.circuit.provenance.checkpoint_digest
    found = circuits_with_node(session, digest, subject.node.name)
    others = [each for each in found if each.slug != subject.circuit.slug]
    return NodeCircuits(circuits=[circuit_summary(each) for each in others])


def _edge_side(side: edges.EdgeSide) -> NodeEdgeSide:
    return NodeEdgeSide(outside_total=side.outside_total, **dataclasses.asdict(side))


def _tokens(subject: Subject, tokens: Iterable[int]) -> list[TokenText]:
    tokenizer = tokenizer_of(subject.checkpoint)
    return [token_text(tokenizer, token) for token in tokens]


def _pair(subject: Subject, pair: pairs.PairActivations) -> PairActivations:
    def side(of: pairs.SideActivations) -> SideActivations:
        return SideActivations(
            tokens=_tokens(subject, of.tokens), model=of.model, circuit=of.circuit
        )

    first, second = _tokens(subject, (pair.first_answer, pair.second_answer))
    return PairActivations(
        pair=pair.pair,
        first_answer=first,
        second_answer=second,
        first=side(pair.first),
        second=side(pair.second),
        model_difference=pair.model_difference,
        circuit_difference=pair.circuit_difference,
    )


def excerpt_of(subject: Subject, excerpt: sample.Excerpt) -> Excerpt:
    """A piece of held-out text as pages show it."""
    return Excerpt(
        window=excerpt.place.window,
        position=excerpt.place.position,
        start=excerpt.start,
        tokens=_tokens(subject, excerpt.tokens),
        values=excerpt.values,
    )


def _head_side(found: attention.HeadAttention, side: attention.HeadSide) -> HeadSide:
    return HeadSide(
        pattern=side.pattern,
        sink=side.sink,
        own=side.own,
        scores=side.scores,
        channels=[
            ChannelPart(
                channel=each.channel,
                q_in_circuit=each.channel in found.kept["q"],
                k_in_circuit=each.channel in found.kept["k"],
                scores=each.scores,
            )
            for each in side.channels
        ],
    )
