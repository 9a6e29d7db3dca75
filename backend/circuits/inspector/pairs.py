"""A node on the task's pairs, token by token: in the whole model and in the circuit alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.circuits.ablation import Intervention
from backend.circuits.faithfulness.agreement import node_activations
from backend.circuits.inspector.subject import Subject
from backend.circuits.nodes import NodeSet
from tasks import Batch, Pair, Split

Values = list[float]


@dataclass(frozen=True)
class SideActivations:
    """A node's activations on one sequence of a pair.

    Attributes:
        tokens: end of text, then the prompt's.
        model: [pos] activations in the whole model.
        circuit: [pos] in the circuit alone.
    """

    tokens: tuple[int, ...]
    model: Values
    circuit: Values


@dataclass(frozen=True)
class PairActivations:
    """A node's activations on a pair.

    Attributes:
        pair: its number.
        first_answer: token that is right after the first sequence.
        second_answer: token that is right after the second.
        first: on the first sequence.
        second: on the second.
        model_difference: [pos of first] first less second in the whole model; None where the
            second has no token in its place.
        circuit_difference: likewise in the circuit alone.
    """

    pair: int
    first_answer: int
    second_answer: int
    first: SideActivations
    second: SideActivations
    model_difference: list[float | None]
    circuit_difference: list[float | None]


def pair_activations(
    subject: Subject, split: Split, seed: int, start: int, count: int
) -> list[PairActivations]:
    """A node's activations on some pairs.

    Args:
        subject: the node and the circuit.
        split: which pairs.
        seed: of the pairs.
        start: number of the first that is wanted.
        count: at most so many.
    """
    pairs = subject.pairs(split, seed)[start : start + count]
    if not pairs:
        return []
    batch = Batch.from_pairs(pairs)
    whole, circuit = (_values(subject, batch, each) for each in (None, subject.alone))
    sides = [
        SideActivations(tokens, model[: len(tokens)], alone[: len(tokens)])
        for tokens, model, alone in zip(
            [pair.first for pair in pairs] + [pair.second for pair in pairs],
            whole,
            circuit,
            strict=True,
        )
    ]
    return [_pair(start + i, pair, sides[i], sides[i + len(pairs)]) for i, pair in enumerate(pairs)]


def _values(subject: Subject, batch: Batch, intervention: Intervention | None) -> list[Values]:
    """The node's values on each sequence of a batch."""
    checkpoint = subject.checkpoint
    nodes = NodeSet.of(checkpoint.config, [subject.node])
    values: list[Values] = node_activations(checkpoint.model, batch.tokens, nodes, intervention)[
        ..., 0
    ].tolist()
    return values


def _pair(
    number: int, pair: Pair, first: SideActivations, second: SideActivations
) -> PairActivations:
    places = counterparts(pair.first, pair.second)
    return PairActivations(
        pair=number,
        first_answer=pair.first_answer,
        second_answer=pair.second_answer,
        first=first,
        second=second,
        model_difference=difference(first.model, second.model, places),
        circuit_difference=difference(first.circuit, second.circuit, places),
    )


def counterparts(first: Sequence[int], second: Sequence[int]) -> list[int | None]:
    """Which token of the second sequence stands in the place of each token of the first.

    Sequences of one length are matched place by place. Otherwise what they begin with in common is
    matched from the start and what they end with in common from the end; what is between has no
    counterpart.

    Args:
        first: tokens.
        second: tokens.

    Returns:
        [pos of first] positions in the second.
    """
    if len(first) == len(second):
        return list(range(len(first)))
    shorter = min(len(first), len(second))
    head = 0
    while head < shorter and first[head] == second[head]:
        head += 1
    tail = 0
    while tail < shorter - head and first[-1 - tail] == second[-1 - tail]:
        tail += 1
    between: list[int | None] = [None] * (len(first) - head - tail)
    return [*range(head), *between, *range(len(second) - tail, len(second))]


def difference(
    first: Sequence[float], second: Sequence[float], places: Sequence[int | None]
) -> list[float | None]:
    """x_first(i) - x_second(places(i)); None where there is no counterpart.

    Args:
        first: [pos of first] activations.
        second: [pos of second] activations.
        places: [pos of first], from `counterparts`.
    """
    return [None if place is None else first[i] - second[place] for i, place in enumerate(places)]
