"""Sparse products against dense ones."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from models.sparse_linear import SparseLinear, freeze
from tests.micro_model import small_model


def sparse_map(fraction: float, bias: bool = True) -> nn.Linear:
    generator = torch.Generator().manual_seed(0)
    linear = nn.Linear(33, 21, bias=bias).requires_grad_(False)
    linear.weight *= torch.rand(linear.weight.shape, generator=generator) < fraction
    return linear


@pytest.mark.parametrize("fraction", [0.0, 0.05, 1.0])
@pytest.mark.parametrize("bias", [True, False])
def test_values_and_gradients_are_those_of_the_dense_map(fraction: float, bias: bool) -> None:
    dense = sparse_map(fraction, bias)
    x = torch.randn(2, 5, 33, generator=torch.Generator().manual_seed(1))
    x[0, 0, ::2] = 0
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    outputs = [each(at) for each, at in zip((dense, SparseLinear(dense)), inputs, strict=True)]
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


def test_other_types_take_the_dense_way() -> None:
    linear = SparseLinear(sparse_map(0.05))
    x = torch.randn(4, 33, dtype=torch.float64)
    linear.double()
    torch.testing.assert_close(linear(x), nn.functional.linear(x, linear.weight, linear.bias))
