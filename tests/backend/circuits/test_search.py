"""The search finds what was planted; its parts do what they say."""

from __future__ import annotations

import pytest
import torch

from backend.circuits import Intervention, NodeSet, evaluate
from backend.circuits.edges import count_edges, induced_edges
from backend.circuits.search import Progress, SearchCancelled, SearchConfig, SearchFailed
from backend.circuits.search.config import Watcher
from backend.circuits.search.discretise import bisect, eliminate
from backend.circuits.search.importance import importance, ranks
from backend.circuits.search.masks import NodeMask, learn_masks
from models.sites import NodeSite, SiteKind, node_sites
from tests.backend.circuits.planted import (
    CONFIG,
    TRUE_NODES,
    planted_batch,
    planted_model,
    planted_values,
)

QUICK = SearchConfig(steps=60, batch_pairs=16)


def find(search: SearchConfig) -> NodeSet:
    model, batch = planted_model(), planted_batch()
    values, watcher = planted_values(model), Watcher()

    def loss_of(nodes: NodeSet) -> float:
        return evaluate(model, batch, Intervention(~nodes, values)).task_loss

    path = learn_masks(model, values, batch, search, watcher)
    nodes = bisect([*path, NodeSet.all(CONFIG)], loss_of, search.target_loss, watcher)
    edges_of = lambda some: count_edges(model, some)  # noqa: E731
    return eliminate(nodes, loss_of, edges_of, search.target_loss, watcher)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_planted_circuit_comes_out_and_nothing_else(seed: int) -> None:
    nodes = find(QUICK.model_copy(update={"seed": seed}))
    assert nodes.names() == TRUE_NODES
    edges = induced_edges(planted_model(), nodes)
    assert [(edge.source, edge.target, edge.weight) for edge in edges] == [
        (TRUE_NODES[0], TRUE_NODES[1], 3.0),
        (TRUE_NODES[1], TRUE_NODES[2], 2.0),
    ]


def test_the_same_seed_gives_the_same_path_of_shrinking_sets() -> None:
    model, batch = planted_model(), planted_batch()
    short = QUICK.model_copy(update={"steps": 12})
    paths = [learn_masks(model, planted_values(model), batch, short, Watcher()) for _ in range(2)]
    assert paths[0] == paths[1]
    sizes = [len(nodes) for nodes in paths[0]]
    assert sizes == sorted(set(sizes))


def test_q_and_k_share_parameters_unless_told_otherwise() -> None:
    rank = ranks({site: torch.rand(site.width(CONFIG)) for site in node_sites(CONFIG)})
    q, k = NodeSite(1, SiteKind.Q), NodeSite(1, SiteKind.K)
    tied = NodeMask(CONFIG, QUICK, rank)
    assert len(tied.parameters) == 7 * CONFIG.n_layer
    assert torch.equal(tied.gates()[q], tied.gates()[k])
    free = NodeMask(CONFIG, QUICK.model_copy(update={"tie_q_and_k": False}), rank)
    assert len(free.parameters) == 8 * CONFIG.n_layer


def test_ranks_run_from_0_to_1_over_all_sites_together() -> None:
    scores = {site: torch.zeros(site.width(CONFIG)) for site in node_sites(CONFIG)}
    scores[NodeSite(1, SiteKind.NEURON)][5] = 2
    scores[NodeSite(0, SiteKind.V)][3] = -1
    found = ranks(scores)
    assert float(found[NodeSite(1, SiteKind.NEURON)][5]) == 1
    assert float(found[NodeSite(0, SiteKind.V)][3]) == 0
    assert {site: len(rank) for site, rank in found.items()} == {
        site: site.width(CONFIG) for site in node_sites(CONFIG)
    }


def test_the_true_nodes_are_the_most_important() -> None:
    model, batch = planted_model(), planted_batch()
    found = importance(model, planted_values(model), batch, points=5)
    best = sorted(((score, site, i) for site in found for i, score in enumerate(found[site])))[-3:]
    assert sorted(f"{site}.{i}" for _, site, i in best) == sorted(TRUE_NODES)


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


def test_elimination_leaves_no_removable_node() -> None:
    everything = NodeSet.all(CONFIG)
    needed = NodeSet.of(CONFIG, TRUE_NODES)
    left = eliminate(
        everything,
        lambda some: 0.0 if not len(needed - some) else 1.0,
        lambda _: 0,
        0.15,
        Watcher(),
    )
    assert left == needed


def test_a_search_can_be_cancelled_at_any_step() -> None:
    model, batch = planted_model(), planted_batch()
    heard: list[Progress] = []
    watcher = Watcher(heard.append, lambda: len(heard) == 3)
    with pytest.raises(SearchCancelled, match="step 3"):
        learn_masks(model, planted_values(model), batch, QUICK, watcher)
    assert [progress.step for progress in heard] == [1, 2, 3]
