"""Sets of nodes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from backend.circuits import NodeSet
from backend.circuits.nodes import by_site
from backend.errors import InvalidRequestError
from models.sites import Node, count_nodes
from tests.micro_model import small_config

CONFIG = small_config()
NAMES = NodeSet.all(CONFIG).names()
some_names = st.sets(st.sampled_from(NAMES))


@given(some_names, some_names)
def test_set_algebra_is_that_of_sets(a: set[str], b: set[str]) -> None:
    left, right = NodeSet.of(CONFIG, a), NodeSet.of(CONFIG, b)
    assert set((left | right).names()) == a | b
    assert set((left & right).names()) == a & b
    assert set((left - right).names()) == a - b
    assert set((~left).names()) == set(NAMES) - a
    assert len(left) == len(a)
    assert (left == right) == (a == b)
    if a == b:
        assert hash(left) == hash(right)


def test_names_come_in_forward_order() -> None:
    names = ["1.attn.q.0", "0.mlp.resid_delta.2", "0.mlp.resid_delta.1"]
    ordered = ["0.mlp.resid_delta.1", "0.mlp.resid_delta.2", "1.attn.q.0"]
    assert NodeSet.of(CONFIG, names).names() == ordered


def test_all_and_none() -> None:
    assert len(NodeSet.all(CONFIG)) == count_nodes(CONFIG)
    assert not NodeSet.none(CONFIG).names()
    assert Node.parse("0.attn.q.1") in NodeSet.all(CONFIG)
    assert Node.parse("0.attn.q.1") not in NodeSet.none(CONFIG)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nonsense", "no node"),
        ("0.mlp.nowhere.1", "no node site"),
        ("7.attn.q.0", "layers 0 to 1"),
        ("0.attn.q.6", "nodes 0 to 5"),
    ],
)
def test_unknown_nodes_are_refused(name: str, said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        NodeSet.of(CONFIG, [name])


def test_with_and_without() -> None:
    node = Node.parse("0.attn.q.1")
    one = NodeSet.none(CONFIG).with_nodes([node])
    assert one.names() == ["0.attn.q.1"]
    assert not len(one.without([node]))


@given(some_names)
def test_parts_by_site_are_those_of_the_flat_tensor(names: set[str]) -> None:
    some = NodeSet.of(CONFIG, names)
    flat = torch.tensor([name in names for name in NAMES])
    parts = by_site(CONFIG, flat)
    assert all(torch.equal(part, some.mask(site)) for site, part in parts.items())
    assert sum(len(part) for part in parts.values()) == count_nodes(CONFIG)
