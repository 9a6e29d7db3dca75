"""One node's weights and activations, on weights of which they are known by hand."""

from __future__ import annotations

import pytest
import torch

from models.anatomy import (
    NodeWeight,
    Place,
    examples,
    node_degrees,
    node_parameters,
    node_values,
    weights_in,
    weights_out,
)
from models.anatomy.node_examples import BINS, nearest
from models.sites import Node, edge_sites
from models.sparse_linear import CompressedLinear
from models.transformer import Block
from tests.micro_model import VARIANTS, micro_model, small_model


def weights(found: list[NodeWeight]) -> dict[str, float]:
    return {each.node.name: each.weight for each in found}


@pytest.mark.parametrize(
    ("node", "into", "out"),
    [
        ("0.attn.act_in.0", {}, {"0.attn.k.0": 1}),
        ("0.attn.v.0", {"0.attn.act_in.1": 1}, {"0.attn.resid_delta.0": 12}),
        ("0.attn.q.0", {}, {}),
        ("0.mlp.post_act.1", {"0.mlp.act_in.1": -5}, {"0.mlp.resid_delta.1": -1}),
        ("0.mlp.resid_delta.1", {"0.mlp.post_act.0": -1, "0.mlp.post_act.1": -1}, {}),
    ],
)
def test_edges_of_a_node_by_hand(node: str, into: dict[str, float], out: dict[str, float]) -> None:
    model, of = micro_model(), Node.parse(node)
    assert weights(weights_in(model, of)) == into
    assert weights(weights_out(model, of)) == out


def test_edges_of_every_node_are_the_matrices_entries() -> None:
    model = small_model(positions="concatenate", d_position=4)
    degrees = node_degrees(model)
    for source, target in edge_sites(model.config):
        matrix = model.edge_weight(source, target)
        for row, column in matrix.nonzero().tolist():
            one, other = Node(source, column), Node(target, row)
            assert weights(weights_out(model, one))[other.name] == matrix[row, column]
            assert weights(weights_in(model, other))[one.name] == matrix[row, column]
            out, into = degrees[source].out, degrees[target].into
            assert out is not None
            assert into is not None
            assert len(weights_out(model, one)) == out[column]
            assert len(weights_in(model, other)) == into[row]


def test_maps_kept_by_their_nonzero_weights_say_the_same() -> None:
    model, other = small_model(), small_model()
    for block in other.blocks:
        assert isinstance(block, Block)
        block.attn.qkv = CompressedLinear(block.attn.qkv)
        block.mlp.down = CompressedLinear(block.mlp.down)
    for name in ("1.attn.act_in.3", "1.attn.k.2", "0.mlp.post_act.5", "0.mlp.resid_delta.1"):
        node = Node.parse(name)
        for side in (weights_in, weights_out):
            assert side(model, node) == side(other, node)


def test_the_strongest_edge_comes_first() -> None:
    found = weights_out(small_model(), Node.parse("0.mlp.act_in.2"))
    sizes = [abs(each.weight) for each in found]
    assert len(sizes) > 2
    assert sizes == sorted(sizes, reverse=True)


def test_parameters_by_hand() -> None:
    model = micro_model()
    neuron = node_parameters(model, Node.parse("0.mlp.post_act.1"))
    assert (neuron.bias, neuron.norm_weight, neuron.sink, neuron.abs_topk) == (1, None, None, None)
    assert node_parameters(model, Node.parse("0.mlp.resid_delta.1")).bias == 5
    key = node_parameters(model, Node.parse("0.attn.k.0"))
    assert (key.bias, key.sink, key.width) == (0, 0, 1)
    read = node_parameters(model, Node.parse("0.mlp.act_in.1"))
    assert (read.bias, read.norm_weight) == (None, 1)


def test_parameters_of_other_architectures() -> None:
    plain, position = (
        node_parameters(
            small_model(**VARIANTS["concatenated"]), Node.parse(f"0.attn.act_in.{index}")
        )
        for index in (7, 8)
    )
    assert (plain.width, plain.abs_topk) == (12, 6)
    assert position.norm_weight != plain.norm_weight
    layered = node_parameters(small_model(**VARIANTS["layernorm"]), Node.parse("1.mlp.act_in.0"))
    assert layered.bias is not None
    without = small_model(**VARIANTS["added"])
    assert node_parameters(without, Node.parse("0.attn.q.0")).bias is None


def test_values_on_a_text_by_hand() -> None:
    # Five windows, so that they do not fit into one pass.
    windows = torch.tensor([[0, 1]] * 5)
    values = node_values(micro_model(), windows, Node.parse("0.mlp.post_act.0"))
    assert values.tolist() == [[7.0, 5.0]] * 5


def test_examples_are_of_nonzero_activations_one_a_window() -> None:
    values = torch.tensor([[0.0, 4, 3.9, 0], [1, 0, 0, 2], [0, 0, 0, 0], [-2, 0, 3, 0]])
    found = examples(values, extreme=3, middling=1)
    assert (found.places, found.nonzero, found.mean) == (16, 6, pytest.approx(11.9 / 16))
    by_quantile = {group.quantile: group for group in found.groups}
    assert list(by_quantile) == [1.0, 0.9, 0.75, 0.5, 0.25, 0.1, 0.0]
    assert by_quantile[1.0].value == 4
    assert by_quantile[1.0].places == [Place(0, 1), Place(3, 2), Place(1, 3)]
    assert by_quantile[0.0].value == -2
    assert by_quantile[0.0].places == [Place(3, 0), Place(1, 0), Place(0, 2)]
    # The nonzero values are -2, 1, 2, 3, 3.9, 4: half of them are below 2.5.
    assert by_quantile[0.5].value == 2.5
    assert by_quantile[0.5].places == [Place(1, 3)], "of two as near the one of the first window"
    assert sum(found.counts) == 6
    assert len(found.edges) == BINS + 1
    assert (found.edges[0], found.edges[-1]) == (-2, 4)


def test_a_node_that_is_never_active_has_no_examples() -> None:
    found = examples(torch.zeros(2, 3), 3, 1)
    assert (found.nonzero, found.groups, found.counts) == (0, [], [])


def test_zeros_are_never_near() -> None:
    assert nearest(torch.tensor([[0.0, 5], [0, 0]]), 0.1, 4) == [Place(0, 1)]
    assert sum(examples(torch.tensor([[2.0, 2]]), 1, 1).counts) == 2
