"""The search finds what was planted; its parts do what they say."""

from __future__ import annotations

import pytest
import torch

from backend.circuits import Intervention, NodeSet, evaluate
from backend.circuits.edges import count_edges, induced_edges
from backend.circuits.search import Progress, SearchCancelled, SearchConfig, SearchFailed
from backend.circuits.search.config import Watcher
from backend.circuits.search.discretise import best_nodes, bisect, eliminate
from backend.circuits.search.masks import NodeMask, learn_mask
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

    mask = learn_mask(model, values, batch, search, watcher)
    nodes = bisect(CONFIG, mask.scores(), loss_of, search.target_loss, watcher)
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


def test_the_same_seed_gives_the_same_mask() -> None:
    model, batch = planted_model(), planted_batch()
    short = QUICK.model_copy(update={"steps": 5})
    masks = [learn_mask(model, planted_values(model), batch, short, Watcher()) for _ in range(2)]
    for site in node_sites(CONFIG):
        assert torch.equal(masks[0].scores()[site], masks[1].scores()[site])


def test_q_and_k_share_parameters_unless_told_otherwise() -> None:
    q, k = NodeSite(1, SiteKind.Q), NodeSite(1, SiteKind.K)
    tied = NodeMask(CONFIG, QUICK)
    assert tied.scores()[q].data_ptr() == tied.scores()[k].data_ptr()
    assert len(tied.parameters) == 7 * CONFIG.n_layer
    free = NodeMask(CONFIG, QUICK.model_copy(update={"tie_q_and_k": False}))
    assert free.scores()[q].data_ptr() != free.scores()[k].data_ptr()


def test_best_nodes_are_those_of_highest_score() -> None:
    scores = {site: torch.zeros(site.width(CONFIG)) for site in node_sites(CONFIG)}
    scores[NodeSite(1, SiteKind.NEURON)][5] = 2
    scores[NodeSite(0, SiteKind.V)][3] = 1
    assert best_nodes(CONFIG, scores, 2).names() == ["0.attn.v.3", "1.mlp.post_act.5"]
    assert len(best_nodes(CONFIG, scores, 0)) == 0


def test_bisection_finds_the_smallest_size() -> None:
    scores = {site: torch.rand(site.width(CONFIG)) for site in node_sites(CONFIG)}
    nodes = bisect(CONFIG, scores, lambda some: 0.1 if len(some) >= 37 else 0.9, 0.15, Watcher())
    assert len(nodes) == 37


def test_a_target_out_of_reach_is_an_outcome_that_names_the_loss() -> None:
    scores = {site: torch.rand(site.width(CONFIG)) for site in node_sites(CONFIG)}
    with pytest.raises(SearchFailed, match=r"0\.4200.*0\.1500"):
        bisect(CONFIG, scores, lambda _: 0.42, 0.15, Watcher())


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
        learn_mask(model, planted_values(model), batch, QUICK, watcher)
    assert [progress.step for progress in heard] == [1, 2, 3]
