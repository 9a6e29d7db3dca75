"""Measures of a model, on weights of which they are known by hand."""

from __future__ import annotations

import torch

from models.anatomy import (
    StrongWeight,
    activation_sparsity,
    alive_nodes,
    channel_counts,
    distribution,
    embedding_column,
    embedding_row,
    matrix_counts,
    node_degrees,
    strongest,
    unembedding_column,
    unembedding_row,
)
from models.sites import SiteKind, edge_sites
from models.sparse_linear import CompressedLinear
from models.transformer import Block, SparseTransformer
from tests.micro_model import MICRO_ACTIVATIONS, MICRO_TOKENS, micro_model, small_model


def compressed(model: SparseTransformer) -> SparseTransformer:
    """The same model with all its maps kept by their nonzero weights alone."""
    for block in model.blocks:
        assert isinstance(block, Block)
        block.attn.qkv = CompressedLinear(block.attn.qkv)
        block.attn.out = CompressedLinear(block.attn.out)
        block.mlp.up = CompressedLinear(block.mlp.up)
        block.mlp.down = CompressedLinear(block.mlp.down)
    model.unembedding = CompressedLinear(model.unembedding)
    return model


def test_matrices_are_counted() -> None:
    counts = {each.name: each for each in matrix_counts(micro_model())}
    assert set(counts) == {
        "embedding.weight",
        "blocks.0.attn.qkv.weight",
        "blocks.0.attn.qkv.bias",
        "blocks.0.attn.out.weight",
        "blocks.0.attn.out.bias",
        "blocks.0.mlp.up.weight",
        "blocks.0.mlp.up.bias",
        "blocks.0.mlp.down.weight",
        "blocks.0.mlp.down.bias",
        "unembedding.weight",
        "logit_bias",
    }
    assert (counts["embedding.weight"].shape, counts["embedding.weight"].nonzero) == ((3, 2), 5)
    qkv = counts["blocks.0.attn.qkv.weight"]
    assert (qkv.nonzero, qkv.entries, qkv.fraction) == (2, 6, 1 / 3)
    assert counts["blocks.0.mlp.up.bias"].nonzero == 1


def test_degrees_are_the_nonzero_weights_of_each_node() -> None:
    degrees = {site.kind: each for site, each in node_degrees(micro_model()).items()}
    into = {k: None if d.into is None else d.into.tolist() for k, d in degrees.items()}
    out = {k: None if d.out is None else d.out.tolist() for k, d in degrees.items()}
    assert into == {
        SiteKind.ATTN_IN: None,
        SiteKind.Q: [0],
        SiteKind.K: [1],
        SiteKind.V: [1],
        SiteKind.ATTN_OUT: [1, 0],
        SiteKind.MLP_IN: None,
        SiteKind.NEURON: [1, 1],
        SiteKind.MLP_OUT: [0, 2],
    }
    assert out == {
        SiteKind.ATTN_IN: [1, 1],  # the key reads one channel, the value the other
        SiteKind.Q: None,
        SiteKind.K: None,
        SiteKind.V: [1],
        SiteKind.ATTN_OUT: None,
        SiteKind.MLP_IN: [1, 1],
        SiteKind.NEURON: [1, 1],
        SiteKind.MLP_OUT: None,
    }


def test_degrees_are_those_of_the_weights_that_join_sites() -> None:
    model = small_model()
    degrees = node_degrees(model)
    out = {site: torch.zeros(site.width(model.config), dtype=torch.int64) for site in degrees}
    for source, target in edge_sites(model.config):
        nonzero = model.edge_weight(source, target) != 0
        assert torch.equal(degrees[target].into, nonzero.sum(1))
        out[source] += nonzero.sum(0)
    for site, measured in degrees.items():
        assert torch.equal(out[site] if measured.out is None else measured.out, out[site])
        assert (measured.out is None) == (not out[site].any())


def test_a_distribution_counts_nodes_by_degree() -> None:
    assert distribution(torch.tensor([3, 0, 1, 3, 0, 0])) == [(0, 3), (1, 1), (3, 2)]


def alive(model: SparseTransformer) -> dict[SiteKind, list[bool]]:
    masks = alive_nodes(model, node_degrees(model))
    return {site.kind: mask.tolist() for site, mask in masks.items()}


def test_alive_nodes_have_weights_on_both_sides() -> None:
    assert alive(micro_model()) == {
        SiteKind.ATTN_IN: [True, True],
        SiteKind.Q: [False],
        SiteKind.K: [False],  # its query is zero everywhere
        SiteKind.V: [True],
        SiteKind.ATTN_OUT: [True, False],
        SiteKind.MLP_IN: [True, True],
        SiteKind.NEURON: [True, True],
        SiteKind.MLP_OUT: [False, True],
    }


def test_a_neuron_without_a_way_in_or_out_is_dead() -> None:
    model = micro_model()
    block = model.blocks[0]
    assert isinstance(block, Block)
    block.mlp.up.weight[0, 0] = 0
    assert alive(model)[SiteKind.NEURON] == [False, True]
    block.mlp.down.weight[1, 1] = 0
    assert alive(model)[SiteKind.NEURON] == [False, False]


def test_a_key_is_alive_beside_a_constant_query() -> None:
    model = micro_model()
    block = model.blocks[0]
    assert isinstance(block, Block)
    assert block.attn.qkv.bias is not None
    block.attn.qkv.bias[0] = 2
    assert alive(model)[SiteKind.K] == [True]
    assert alive(model)[SiteKind.Q] == [False]  # it is fed by no weight


def test_activity_counts_nonzero_entries() -> None:
    activity = {s.name: a for s, a in activation_sparsity(micro_model(), MICRO_TOKENS).items()}
    for name, measured in activity.items():
        values = MICRO_ACTIVATIONS[name][0]
        assert measured.tokens == 2
        assert measured.nonzero_fraction == (values != 0).float().mean()
        assert measured.never_active == (values == 0).all(0).sum()
    assert activity["0.mlp.post_act"].nonzero_fraction == 3 / 4
    assert activity["0.attn.resid_delta"].active.tolist() == [1, 0]


def test_activity_does_not_depend_on_batches_and_leaves_no_hooks() -> None:
    model = small_model()
    windows = torch.randint(23, (9, 12), generator=torch.Generator().manual_seed(0))
    together = activation_sparsity(model, windows)
    for site, measured in together.items():
        single = sum(activation_sparsity(model, window[None])[site].active for window in windows)
        assert torch.equal(measured.active, torch.as_tensor(single))
    assert not any(point.hooks for point in model.hook_points.values())


def test_columns_and_rows_of_a_channel_and_a_token() -> None:
    model = micro_model()
    model.final_norm.weight[1] = 2
    assert embedding_column(model, 1).tolist() == [1, -1, 0]
    assert embedding_row(model, 2).tolist() == [2, 0]
    assert unembedding_column(model, 1).tolist() == [0, 10, -10]
    assert unembedding_row(model, 2).tolist() == [5, -10]
    counts = channel_counts(model)
    assert (counts.written.tolist(), counts.moved.tolist()) == ([3, 2], [2, 2])


def test_a_channel_that_the_norm_silences_moves_nothing() -> None:
    model = micro_model()
    model.final_norm.weight[0] = 0
    assert channel_counts(model).moved.tolist() == [0, 2]


def test_the_strongest_weights_are_signed_and_none_is_zero() -> None:
    weights = torch.tensor([0.5, 0.0, -2.0, 0.5, 1.0])
    order = [(2, -2.0), (4, 1.0), (0, 0.5), (3, 0.5)]
    assert strongest(weights, 9) == [StrongWeight(*each) for each in order]
    assert strongest(weights, 2) == [StrongWeight(*each) for each in order[:2]]


def test_compressed_maps_measure_the_same() -> None:
    dense, sparse = small_model(), compressed(small_model())
    assert matrix_counts(sparse) == matrix_counts(dense)
    assert alive(sparse) == alive(dense)
    for site, measured in node_degrees(dense).items():
        for side in ("into", "out"):
            expected, found = getattr(measured, side), getattr(node_degrees(sparse)[site], side)
            assert (expected is None and found is None) or torch.equal(expected, found)
    assert torch.equal(unembedding_row(sparse, 3), unembedding_row(dense, 3))
    assert torch.equal(channel_counts(sparse).moved, channel_counts(dense).moved)
