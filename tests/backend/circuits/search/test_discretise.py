"""Bisection of nested sets."""

from __future__ import annotations

import pytest

from backend.circuits.nodes import NodeSet
from backend.circuits.search import SearchFailed
from backend.circuits.search.config import Watcher
from backend.circuits.search.discretise import bisect
from backend.circuits.search.importance import importance
from tests.backend.circuits.planted import (
    CONFIG,
    TRUE_NODES,
    planted_batch,
    planted_model,
    planted_values,
)


def path_of(sizes: list[int]) -> list[NodeSet]:
    names = NodeSet.all(CONFIG).names()
    return [NodeSet.of(CONFIG, names[:size]) for size in sizes]


def test_bisection_finds_the_smallest_set_that_meets_the_target() -> None:
    path = path_of([1, 5, 9, 20, 37, 60, 100])
    nodes = bisect(path, lambda some: 0.1 if len(some) >= 30 else 0.9, 0.15, Watcher())
    assert len(nodes) == 37


def test_bisection_goes_on_below_a_whole_model_that_fails() -> None:
    path = path_of([1, 5, 9, 20, 37, 60, 100])
    nodes = bisect(path, lambda some: 0.1 if 9 <= len(some) <= 60 else 0.9, 0.15, Watcher())
    assert len(nodes) == 9


def test_a_target_out_of_reach_is_an_outcome_that_names_the_loss() -> None:
    with pytest.raises(SearchFailed, match=r"0\.4200.*0\.1500"):
        bisect(path_of([3, 8]), lambda _: 0.42, 0.15, Watcher())


def test_the_true_nodes_are_the_most_important() -> None:
    model, batch = planted_model(), planted_batch()
    found = importance(model, planted_values(model), batch, points=5)
    best = sorted(((score, site, i) for site in found for i, score in enumerate(found[site])))[-3:]
    assert sorted(f"{site}.{i}" for _, site, i in best) == sorted(TRUE_NODES)
