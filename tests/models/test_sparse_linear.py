"""Sparse products against dense ones."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from models import sparse_linear
from models.sparse_linear import (
    CompressedLinear,
    SparseLinear,
    freeze,
    memory_bytes,
    named_tensors,
)
from tests.micro_model import small_model


def sparse_map(fraction: float, bias: bool = True) -> nn.Linear:
    generator = torch.Generator().manual_seed(0)
    linear = nn.Linear(33, 21, bias=bias).requires_grad_(False)
    linear.weight *= torch.rand(linear.weight.shape, generator=generator) < fraction
    return linear


@pytest.mark.parametrize("fraction", [0.0, 0.05, 1.0])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", [SparseLinear, CompressedLinear])
def test_values_and_gradients_are_those_of_the_dense_map(
    fraction: float, bias: bool, kind: type[SparseLinear]
) -> None:
    dense = sparse_map(fraction, bias)
    x = torch.randn(2, 5, 33, generator=torch.Generator().manual_seed(1))
    x[0, 0, ::2] = 0
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    outputs = [each(at) for each, at in zip((dense, kind(dense)), inputs, strict=True)]
    torch.testing.assert_close(outputs[1], outputs[0], atol=1e-5, rtol=1e-5)
    for out in outputs:
        (out * torch.arange(21)).sum().backward()
    torch.testing.assert_close(inputs[1].grad, inputs[0].grad, atol=1e-4, rtol=1e-5)


def test_freezing_swaps_sparse_maps_only_and_keeps_names_and_answers() -> None:
    model = small_model(nonzero=0.05)
    model.blocks[0].mlp.up.weight.fill_(0.5)
    names = list(model.state_dict())
    tokens = torch.randint(23, (3, 12), generator=torch.Generator().manual_seed(0))
    before = model(tokens)
    freeze(model)
    assert isinstance(model.blocks[1].mlp.up, SparseLinear)
    assert type(model.blocks[0].mlp.up) is nn.Linear
    assert list(model.state_dict()) == names
    assert not any(parameter.requires_grad for parameter in model.parameters())
    torch.testing.assert_close(model(tokens), before, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", [SparseLinear, CompressedLinear])
def test_other_types_take_the_dense_way(kind: type[SparseLinear]) -> None:
    linear = kind(sparse_map(0.05))
    x = torch.randn(4, 33, dtype=torch.float64)
    linear.double()
    torch.testing.assert_close(
        linear(x), nn.functional.linear(x, linear.weight.double(), linear.bias)
    )


def test_a_large_map_keeps_its_nonzero_weights_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse_linear, "LARGE", 64)
    model, dense = small_model(nonzero=0.05), small_model(nonzero=0.05)
    freeze(model)
    up, state = model.blocks[0].mlp.up, dense.state_dict()
    assert isinstance(up, CompressedLinear)
    assert torch.equal(up.weight, state["blocks.0.mlp.up.weight"])
    assert list(model.state_dict()) == list(state)
    for name, value in model.state_dict().items():
        assert torch.equal(value, state[name]), name
    assert [name for name, _ in model.named_parameters()] == [
        n for n, _ in dense.named_parameters()
    ]
    assert torch.equal(model.get_parameter("blocks.0.mlp.up.weight"), up.weight)
    place = dict(model.named_parameters())["blocks.0.mlp.up.weight"]
    assert place.shape == up.weight.shape
    with pytest.raises(RuntimeError, match="meta"):
        int(place.count_nonzero())  # what has no data is not taken for zeros
    x = torch.randint(23, (3, 12), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(model(x), dense(x), atol=1e-5, rtol=1e-5)


def test_a_tied_embedding_stays_one_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse_linear, "LARGE", 64)
    model = small_model(nonzero=0.05, tied_embedding=True)
    freeze(model)
    assert model.unembedding.weight is model.embedding.weight


@pytest.mark.parametrize("large", [64, 10**9])
@pytest.mark.parametrize("tied", [False, True])
def test_named_tensors_are_those_of_the_state_dict(
    monkeypatch: pytest.MonkeyPatch, large: int, tied: bool
) -> None:
    monkeypatch.setattr(sparse_linear, "LARGE", large)
    model = small_model(nonzero=0.05, tied_embedding=tied, bigram_table=True)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    freeze(model)
    found = dict(named_tensors(model))
    assert list(found) == sorted(before)
    assert all(torch.equal(found[name], value) for name, value in before.items())


def test_memory_is_that_of_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse_linear, "LARGE", 1)
    model = small_model(nonzero=0.05)
    dense = memory_bytes(model)
    assert dense == 4 * sum(value.numel() for value in model.state_dict().values())
    freeze(model)
    weights = [m.weight for m in model.modules() if isinstance(m, CompressedLinear)]
    kept = sum(8 * 2 * int(w.count_nonzero()) + 4 * (sum(w.shape) + 2) for w in weights)
    assert memory_bytes(model) == dense - sum(w.nbytes for w in weights) + kept
