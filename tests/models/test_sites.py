"""Names, widths and order of node sites agree with the model."""

import pytest

from models.hooks import record
from models.sites import EDGE_KINDS, Node, NodeSite, SiteKind, count_nodes, edge_sites, node_sites
from tests.micro_model import MICRO_TOKENS, small_config, small_model


def test_every_site_is_a_hook_point_of_its_width() -> None:
    model = small_model(positions="concatenate", d_position=4)
    with record(model) as activations:
        model(MICRO_TOKENS)
    for site in node_sites(model.config):
        assert activations[site.name].shape == (1, 2, site.width(model.config))


def test_sites_are_in_forward_order() -> None:
    config = small_config()
    sites = node_sites(config)
    assert sites == sorted(sites)
    assert len(sites) == config.n_layer * 8
    model = small_model()
    with record(model) as activations:
        model(MICRO_TOKENS)
    visited = [name for name in activations if name in {site.name for site in sites}]
    assert visited == [site.name for site in sites]


def test_count_nodes() -> None:
    config = small_config()
    assert count_nodes(config) == 2 * (4 * 8 + 3 * 6 + 16)


@pytest.mark.parametrize("kind", SiteKind)
def test_names_round_trip(kind: SiteKind) -> None:
    site = NodeSite(1, kind)
    node = Node(site, 5)
    assert NodeSite.parse(str(site)) == site
    assert Node.parse(str(node), small_config()) == node


@pytest.mark.parametrize("name", ["", "0", "mlp.post_act", "0.mlp", "-1.attn.q", "².attn.q"])
def test_other_names_are_no_sites(name: str) -> None:
    with pytest.raises(ValueError, match="is no node site"):
        NodeSite.parse(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("0.attn.q", "is no node"),
        ("0.attn.q.x", "is no node"),
        ("0.foo.1", "is no node site"),
        ("2.attn.q.0", "layers 0 to 1"),
        ("0.attn.q.6", "nodes 0 to 5"),
    ],
)
def test_nodes_that_do_not_exist(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Node.parse(name, small_config())


def test_nodes_sort_by_site_then_index() -> None:
    names = ["1.attn.act_in.0", "0.mlp.post_act.10", "0.mlp.post_act.9", "0.attn.v.1"]
    assert [str(node) for node in sorted(Node.parse(name) for name in names)] == names[::-1]


def test_heads() -> None:
    config = small_config()
    assert Node.parse("0.attn.k.2").head(config) == 0
    assert Node.parse("0.attn.k.3").head(config) == 1
    assert Node.parse("0.mlp.post_act.3").head(config) is None


def test_edges_run_forward_within_a_layer() -> None:
    config = small_config()
    edges = list(edge_sites(config))
    assert len(edges) == config.n_layer * len(EDGE_KINDS)
    assert all(source < target and source.layer == target.layer for source, target in edges)


def test_kinds_know_what_they_do_to_the_residual_stream() -> None:
    assert [kind for kind in SiteKind if kind.is_read] == [SiteKind.ATTN_IN, SiteKind.MLP_IN]
    assert [kind for kind in SiteKind if kind.is_write] == [SiteKind.ATTN_OUT, SiteKind.MLP_OUT]
