"""Random sets of nodes: matched, halved, and drawn from nodes that vary."""

import torch

from backend.circuits.faithfulness.random_sets import (
    matched_sets,
    random_subsets,
    real_positions,
    varying_nodes,
)
from backend.circuits.nodes import NodeSet
from tasks import Batch, Pair
from tests.micro_model import MICRO_CONFIG, micro_model, small_config

CONFIG = small_config()
NODES = NodeSet.of(CONFIG, ["0.mlp.post_act.1", "0.mlp.post_act.2", "1.attn.q.0"])


def sizes(nodes: NodeSet) -> dict[str, int]:
    return {site.name: int(nodes.mask(site).sum()) for site in nodes.sites()}


def test_matched_sets_have_as_many_nodes_at_each_site_and_none_of_the_circuits() -> None:
    sets = matched_sets(NODES, NodeSet.all(CONFIG), 20, seed=0)
    assert len(sets) == 20
    assert all(sizes(each) == sizes(NODES) for each in sets)
    assert not any(len(each & NODES) for each in sets)
    assert len(set(sets)) > 15


def test_matched_sets_take_the_pool_first_and_then_others() -> None:
    pool = NodeSet.of(CONFIG, ["0.mlp.post_act.2", "0.mlp.post_act.9", "1.attn.q.3"])
    for each in matched_sets(NODES, pool, 10, seed=0):
        assert {"0.mlp.post_act.9", "1.attn.q.3"} <= set(each.names())
        assert "0.mlp.post_act.2" not in each.names(), "it is the circuit's"
        assert len(each) == 3


def test_matched_sets_fall_back_on_the_circuits_own_nodes() -> None:
    all_but_one = NodeSet.of(CONFIG, [f"0.attn.q.{i}" for i in range(5)])
    for each in matched_sets(all_but_one, NodeSet.all(CONFIG), 5, seed=0):
        assert len(each) == 5
        assert "0.attn.q.5" in each.names()


def test_equal_seeds_give_equal_sets() -> None:
    everything = NodeSet.all(CONFIG)
    assert matched_sets(NODES, everything, 3, 1) == matched_sets(NODES, everything, 3, 1)
    assert matched_sets(NODES, everything, 3, 1) != matched_sets(NODES, everything, 3, 2)
    assert random_subsets(everything, 3, 1) == random_subsets(everything, 3, 1)


def test_subsets_hold_about_half() -> None:
    everything = NodeSet.all(CONFIG)
    shares = [len(each) / len(everything) for each in random_subsets(everything, 20, seed=0)]
    assert all(0.3 < share < 0.7 for share in shares)
    assert all(not len(each - NODES) for each in random_subsets(NODES, 20, seed=0))


def test_proper_subsets_are_never_empty() -> None:
    one = NodeSet.of(CONFIG, ["0.attn.q.1"])
    assert all(len(each) == 1 for each in random_subsets(one, 10, seed=0, proper=True))
    assert any(not len(each) for each in random_subsets(one, 10, seed=0))
    none = NodeSet.none(CONFIG)
    assert random_subsets(none, 2, seed=0, proper=True) == [none, none]


def test_real_positions_end_at_the_last_token() -> None:
    batch = Batch.from_pairs([Pair((1, 2, 3), (1,), 0, 1, "", "", 0)])
    assert real_positions(batch).tolist() == [[True, True, True], [True, False, False]]


def test_varying_nodes_of_the_micro_model_by_hand() -> None:
    # Real positions: 0 after [0, 1], 1 after it, 0 after [0]. See the table of the micro model.
    batch = Batch.from_pairs([Pair((0, 1), (0,), 0, 1, "first", "second", 0)])
    assert varying_nodes(micro_model(), batch).names() == [
        "0.attn.act_in.1",
        "0.attn.v.0",
        "0.attn.resid_delta.0",
        "0.mlp.act_in.0",
        "0.mlp.act_in.1",
        "0.mlp.post_act.0",
        "0.mlp.post_act.1",
        "0.mlp.resid_delta.1",
    ]
    once = Batch.from_pairs([Pair((0,), (0,), 0, 1, "first", "second", 0)])
    assert varying_nodes(micro_model(), once) == NodeSet.none(MICRO_CONFIG)
    assert torch.equal(real_positions(once), torch.ones(2, 1, dtype=torch.bool))
