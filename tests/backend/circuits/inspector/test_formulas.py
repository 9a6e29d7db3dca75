"""What the inspector computes, by hand."""

from __future__ import annotations

import pytest
import torch

from backend.circuits.inspector.attention import head_channels, pattern
from backend.circuits.inspector.pairs import counterparts, difference
from backend.circuits.inspector.sample import AFTER, BEFORE, excerpt
from backend.circuits.inspector.scores import carried, channel_scores, with_sink
from models.anatomy import Place
from tests.micro_model import MICRO_TOKENS, micro_model, small_model


def test_channels_share_the_score() -> None:
    q = torch.tensor([[2.0, 0, 0, 1], [0, 4, 0, 1]])
    k = torch.tensor([[3.0, 1, 5, 2], [1, 2, 5, -2]])
    scores = channel_scores(q, k)  # the root of four channels is 2
    assert scores[0].tolist() == [[3, 1], [0, 0]]
    assert scores[1].tolist() == [[0, 0], [2, 4]]
    assert not scores[2].any()
    assert scores[3].tolist() == [[1, -1], [1, -1]]
    assert torch.equal(scores.sum(0), q @ k.T / 2)


def test_the_head_of_the_micro_model_by_hand() -> None:
    channels = head_channels(micro_model(), MICRO_TOKENS, 0, 0, None)
    assert [each.tolist() for each in (channels.q, channels.k, channels.v)] == [
        [[0], [0]],
        [[1], [1]],
        [[1], [-1]],
    ]
    mixed = pattern(channels, torch.tensor(0.0))
    third = pytest.approx(1 / 3)
    assert mixed.tolist() == [[0.5, 0], [third, third]]
    assert with_sink(mixed)[:, -1].tolist() == [0.5, third]
    # Its output is 1/2 and 0: what channel 0 carries, summed over the keys.
    assert carried(mixed, channels.v[:, 0]).sum(-1).tolist() == [0.5, pytest.approx(0)]


def test_scores_are_those_that_the_model_attends_by() -> None:
    model = small_model(seed=3, nonzero=0.8)
    tokens = torch.tensor([[1, 5, 3, 8, 2]])
    channels = head_channels(model, tokens, 1, 1, None)
    scores = channel_scores(channels.q, channels.k).sum(0)
    scores[torch.ones(5, 5).triu(1).bool()] = float("-inf")
    assert torch.allclose(scores.softmax(-1), pattern(channels, None), atol=1e-6)


def test_pairs_of_one_length_are_matched_place_by_place() -> None:
    assert counterparts([0, 5, 7], [0, 6, 7]) == [0, 1, 2]
    assert difference([1.0, 2, 3], [1.0, 5, 1], [0, 1, 2]) == [0, -3, 2]


@pytest.mark.parametrize(
    ("first", "second", "places"),
    [
        ([0, 1, 2, 3], [0, 9, 9, 2, 3], [0, None, 3, 4]),
        ([0, 9, 9, 2, 3], [0, 1, 2, 3], [0, None, None, 2, 3]),
        ([0, 1, 1], [0, 1], [0, 1, None]),
        ([0, 1], [0, 1, 1], [0, 1]),
        ([4], [5, 6], [None]),
    ],
)
def test_pairs_of_other_lengths_are_matched_from_both_ends(
    first: list[int], second: list[int], places: list[int | None]
) -> None:
    assert counterparts(first, second) == places
    found = difference([1.0] * len(first), [0.5] * len(second), places)
    assert found == [None if place is None else 0.5 for place in places]


def test_an_excerpt_ends_with_its_window() -> None:
    windows = torch.arange(100).view(2, 50)
    near_start = excerpt(Place(1, 3), windows, windows.float())
    assert (near_start.start, near_start.tokens[0], len(near_start.tokens)) == (0, 50, 4 + AFTER)
    near_end = excerpt(Place(0, 48), windows, windows.float())
    assert near_end.tokens == list(range(48 - BEFORE, 50))
    assert near_end.values == [float(token) for token in near_end.tokens]
