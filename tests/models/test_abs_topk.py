"""The compiled AbsTopK against torch.topk."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from torch import Tensor

import models.abs_topk
from models.abs_topk import abs_topk, kth_magnitude


def oracle(x: Tensor, k: int) -> Tensor:
    """Keep what is at least as large as the k-th largest magnitude."""
    threshold = x.abs().topk(k, dim=-1).values[..., -1:]
    return torch.where(x.abs() >= threshold, x, 0)


FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=True)
SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 40))


@settings(deadline=None, max_examples=150)
@given(data=st.data(), shape=SHAPES)
def test_equals_topk_up_to_ties(data: st.DataObject, shape: tuple[int, int]) -> None:
    few = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 1e-45, 3e38])
    x = torch.from_numpy(data.draw(arrays.arrays("float32", shape, elements=FLOATS | few)))
    k = data.draw(st.integers(1, shape[1]))
    kept = abs_topk(x, k)
    expected = x if k >= shape[1] else oracle(x, k)
    assert torch.equal(kept, expected)
    assert bool(((kept != 0).sum(-1) <= k).all()) or bool((x.abs().sort().values.diff() == 0).any())


@pytest.mark.parametrize("shape", [(7, 300), (2, 5, 64), (3, 0 + 1)])
def test_random_rows(shape: tuple[int, ...]) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    for k in {1, shape[-1] // 4 or 1, shape[-1] - 1 or 1}:
        kept = abs_topk(x, k)
        assert torch.equal(kept, oracle(x, k))
        assert bool(((kept != 0).sum(-1) == k).all())


def test_threshold_lies_between_the_kth_and_the_next_magnitude() -> None:
    x = torch.randn(50, 33, generator=torch.Generator().manual_seed(0))
    ordered = x.abs().sort(dim=-1, descending=True).values
    threshold = kth_magnitude(x, 5)
    assert bool((threshold <= ordered[:, 4:5]).all())
    assert bool((threshold > ordered[:, 5:6]).all())


def test_ties_are_all_kept() -> None:
    x = torch.tensor([[3.0, -1.0, 1.0, 0.5]])
    assert torch.equal(abs_topk(x, 2), torch.tensor([[3.0, -1.0, 1.0, 0.0]]))


def test_a_row_no_wider_than_k_is_returned_as_it_is() -> None:
    x = torch.randn(2, 4)
    assert abs_topk(x, 4) is x
    assert abs_topk(x, 9) is x


def test_gradient_flows_through_kept_entries_only() -> None:
    x = torch.tensor([[3.0, -2.0, 1.0, 0.5]], requires_grad=True)
    (abs_topk(x, 2) * torch.tensor([[1.0, 10.0, 100.0, 1000.0]])).sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, torch.tensor([[1.0, 10.0, 0.0, 0.0]]))


def test_strided_input() -> None:
    x = torch.randn(6, 20, generator=torch.Generator().manual_seed(0)).T
    assert torch.equal(abs_topk(x, 2), oracle(x, 2))


def test_without_the_kernel_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.randn(4, 64, generator=torch.Generator().manual_seed(0))
    fast = abs_topk(x, 16)
    monkeypatch.setattr(models.abs_topk, "_kernels", None)
    assert torch.equal(abs_topk(x, 16), fast)


def test_other_float_types_are_served() -> None:
    x = torch.randn(4, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.equal(abs_topk(x, 16), oracle(x, 16))
