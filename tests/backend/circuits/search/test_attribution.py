"""Attribution finds what was planted; rankings give nested sets."""

from __future__ import annotations

import pytest
import torch

from backend.circuits.alone import Alone
from backend.circuits.nodes import NodeSet
from backend.circuits.search import Progress, SearchCancelled, SearchConfig, SearchFailed
from backend.circuits.search.config import Watcher
from backend.circuits.search.methods.attribution import METHOD
from backend.circuits.search.problem import Problem
from backend.circuits.search.ranking import Ranking
from models.sites import Node, count_nodes, node_sites
from tests.backend.circuits.planted import (
    CONFIG,
    TRUE_NODES,
    planted_batch,
    planted_model,
    planted_values,
)


def problem(search: SearchConfig | None = None, watcher: Watcher | None = None) -> Problem:
    model, batch = planted_model(), planted_batch()
    values = planted_values(model)
    alone = Alone(model, values, batch)
    return Problem(
        model, values, batch, batch, search or SearchConfig(), watcher or Watcher(), alone
    )


def ranking_of(best: list[str]) -> Ranking:
    scores = {site: torch.zeros(site.width(CONFIG)) for site in node_sites(CONFIG)}
    for place, name in enumerate(best):
        node = Node.parse(name, CONFIG)
        scores[node.site][node.index] = len(best) - place
    return Ranking(CONFIG, scores)


def test_the_sets_of_a_ranking_are_its_best_nodes() -> None:
    ranking = ranking_of([TRUE_NODES[2], TRUE_NODES[0]])
    assert len(ranking) == count_nodes(CONFIG) + 1
    assert len(ranking[0]) == 0
    assert ranking[1].names() == [TRUE_NODES[2]]
    assert ranking[2].names() == [TRUE_NODES[0], TRUE_NODES[2]]
    assert ranking[-1] == NodeSet.all(CONFIG)
    assert [len(nodes) for nodes in ranking[1:4]] == [1, 2, 3]


def test_a_ranking_can_be_cut_short() -> None:
    ranking = ranking_of(TRUE_NODES).up_to(2)
    assert len(ranking) == 3
    assert ranking[-1].names() == TRUE_NODES[:2]
    with pytest.raises(IndexError):
        ranking[3]


def test_the_first_size_that_meets_is_found_below_sizes_that_do_not() -> None:
    ranking = ranking_of(TRUE_NODES)
    tried: list[int] = []

    def meets(nodes: NodeSet) -> bool:
        tried.append(len(nodes))
        return 8 <= len(nodes) <= 12

    assert len(ranking.until(meets, start=3, growth=0.5)[-1]) == 10
    assert tried == [3, 6, 10]
    assert len(ranking.until(lambda _: False, start=3, growth=2)[-1]) == count_nodes(CONFIG)


def test_attribution_finds_the_planted_circuit() -> None:
    given = problem()
    found = METHOD.find(given)
    assert found.nodes.names() == TRUE_NODES
    assert found.dropped == frozenset()
    assert given.passes.backward == given.config.importance_points
    assert given.passes.forward > given.passes.backward


def test_it_can_be_cancelled_and_can_fail() -> None:
    heard: list[Progress] = []
    with pytest.raises(SearchCancelled):
        METHOD.find(problem(watcher=Watcher(heard.append, lambda: True)))
    assert len(heard) == 1
    with pytest.raises(SearchFailed, match=r"needs 0\.0000"):
        METHOD.find(problem(SearchConfig(target_loss=1e-30)))
