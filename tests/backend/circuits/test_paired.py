"""Paired ablation: values of the pair's other sequence at matching positions."""

from __future__ import annotations

import torch

from backend.circuits import Intervention, NodeSet, evaluate
from backend.circuits.paired import PairedValues, matching_positions
from models.hooks import record
from tasks import Batch, Pair
from tests.micro_model import small_model


def _batch(first: tuple[int, ...], second: tuple[int, ...]) -> Batch:
    return Batch.from_pairs([Pair(first, second, 5, 6, "", "", 0)])


def test_sequences_of_one_length_match_place_by_place() -> None:
    batch = _batch((0, 1, 2, 3), (0, 4, 2, 3))
    assert matching_positions(batch).tolist() == [[0, 1, 2, 3], [0, 1, 2, 3]]


def test_what_follows_a_longer_middle_matches_from_the_end() -> None:
    batch = _batch((0, 1, 2, 3), (0, 7, 8, 9, 2, 3))
    first, second = matching_positions(batch).tolist()
    # The middle of the first, one token long, matches the end of the other's; padding itself.
    assert first == [0, 3, 4, 5, 4, 5]
    # What the first has nothing for matches its first token that differs.
    assert second == [0, 1, 1, 1, 2, 3]


def test_a_beginning_of_the_other_matches_within_it() -> None:
    batch = _batch((0, 1), (0, 1, 1))
    assert matching_positions(batch).tolist() == [[0, 2, 2], [0, 1, 1]]


def test_patching_every_node_gives_the_other_answer() -> None:
    """With all nodes of the other sequence only the embedding itself is one's own."""
    model = small_model()
    batch = _batch((1, 2, 3), (1, 4, 3))
    values = PairedValues.of(model, batch)
    everything = NodeSet.all(model.config)
    with record(model) as whole:
        model(batch.tokens)
    with Intervention(everything, values).applied(model), record(model) as patched:
        model(batch.tokens)
    for site in everything.sites():
        assert torch.equal(patched[site.name], whole[site.name].flip(0)), site.name


def test_patching_nothing_that_differs_changes_nothing() -> None:
    model = small_model()
    pair = Pair((1, 2, 3), (1, 2, 3), 5, 6, "", "", 0)
    batch = Batch.from_pairs([pair])
    everything = Intervention(NodeSet.all(model.config), PairedValues.of(model, batch))
    assert torch.allclose(
        evaluate(model, batch, everything).difference, evaluate(model, batch).difference
    )
