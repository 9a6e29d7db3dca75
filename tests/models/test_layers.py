"""The parts of a block against slow, obvious versions of themselves."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from models.layers import ChannelNorm, HookPoint, attend, attention_pattern
from tests.micro_model import small_config


def heads(seed: int, requires_grad: bool = False) -> list[Tensor]:
    """q, k, v [batch 2, pos 7, head 3, d_head 4] and sink [3]."""
    generator = torch.Generator().manual_seed(seed)
    tensors = [torch.randn(2, 7, 3, 4, generator=generator) * 2 for _ in range(3)]
    tensors.append(torch.randn(3, generator=generator) * 2)
    return [tensor.requires_grad_(requires_grad) for tensor in tensors]


def attend_slowly(q: Tensor, k: Tensor, v: Tensor, sink: Tensor | None) -> Tensor:
    """Softmax over the keys up to the query, one query at a time."""
    out = torch.zeros_like(q)
    for batch, query, head in torch.cartesian_prod(*map(torch.arange, q.shape[:3])).tolist():
        scores = k[batch, : query + 1, head] @ q[batch, query, head] / math.sqrt(q.shape[-1])
        weights = scores.exp()
        total = weights.sum() + (0 if sink is None else sink[head].exp())
        out[batch, query, head] = (weights / total) @ v[batch, : query + 1, head]
    return out


@pytest.mark.parametrize("with_sink", [False, True])
def test_attend_is_attention(with_sink: bool) -> None:
    q, k, v, sink = heads(0)
    chosen = sink if with_sink else None
    expected = attend_slowly(q, k, v, chosen)
    torch.testing.assert_close(attend(q, k, v, chosen), expected)
    mixed = torch.einsum("bhqk,bkhd->bqhd", attention_pattern(q, k, chosen), v)
    torch.testing.assert_close(mixed, expected)


@pytest.mark.parametrize("with_sink", [False, True])
def test_attend_has_the_gradients_of_the_pattern(with_sink: bool) -> None:
    upstream = torch.randn(2, 7, 3, 4, generator=torch.Generator().manual_seed(9))
    grads = []
    for slow in (False, True):
        q, k, v, sink = heads(1, requires_grad=True)
        chosen = sink if with_sink else None
        if slow:
            mixed = torch.einsum("bhqk,bkhd->bqhd", attention_pattern(q, k, chosen), v)
        else:
            mixed = attend(q, k, v, chosen)
        inputs = [q, k, v, sink] if with_sink else [q, k, v]
        grads.append(torch.autograd.grad(mixed, inputs, upstream))
    for fast_grad, slow_grad in zip(*grads, strict=True):
        torch.testing.assert_close(fast_grad, slow_grad, rtol=1e-4, atol=1e-5)


def test_pattern_rows_sum_to_one_or_leave_the_sink_its_share() -> None:
    q, k, _, sink = heads(2)
    pattern = attention_pattern(q, k, None)
    torch.testing.assert_close(pattern.sum(-1), torch.ones(2, 3, 7))
    assert bool((pattern.triu(1) == 0).all())
    drained = attention_pattern(q, k, sink)
    assert bool((drained.sum(-1) < 1).all())
    torch.testing.assert_close(drained / drained.sum(-1, keepdim=True), pattern)


def test_a_single_token_with_a_sink_of_its_score_gets_half() -> None:
    q, k = torch.full((1, 1, 1, 4), 1.0), torch.full((1, 1, 1, 4), 2.0)
    sink = torch.tensor([8 / math.sqrt(4)])
    assert attention_pattern(q, k, sink).item() == pytest.approx(0.5)
    assert attend(q, k, torch.full_like(q, 6.0), sink)[0, 0, 0].tolist() == pytest.approx([3.0] * 4)


def test_rms_norm() -> None:
    norm = ChannelNorm(8, small_config())
    x = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        norm.weight.copy_(torch.arange(8.0))
    epsilon = torch.finfo(torch.float32).eps
    expected = x / (x.square().mean(-1, keepdim=True) + epsilon).sqrt() * torch.arange(8.0)
    torch.testing.assert_close(norm(x), expected)
    assert norm.bias is None
    assert bool((norm(torch.zeros(1, 8)) == 0).all())


def test_rms_norm_keeps_silent_channels_silent() -> None:
    x = torch.tensor([[3.0, 0.0, 4.0, 0.0]])
    normed = ChannelNorm(4, small_config(norm_eps=0.0))(x)
    torch.testing.assert_close(normed, torch.tensor([[1.2, 0.0, 1.6, 0.0]]))


def test_norm_eps_is_added_under_the_root() -> None:
    normed = ChannelNorm(2, small_config(norm_eps=3.0))(torch.tensor([[1.0, 1.0]]))
    torch.testing.assert_close(normed, torch.tensor([[0.5, 0.5]]))


def test_layer_norm() -> None:
    norm = ChannelNorm(8, small_config(norm="layer", norm_bias=True))
    x = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert norm.bias is not None
        norm.bias.fill_(2.0)
    torch.testing.assert_close(norm(x), F.layer_norm(x, (8,), eps=1e-5) + 2)
    assert ChannelNorm(8, small_config(norm="layer")).bias is None


def test_hook_point_cuts_before_its_hooks() -> None:
    point = HookPoint("here", topk=1)
    point.hooks.append(lambda x: x + 1)
    assert point(torch.tensor([[1.0, -3.0]])).tolist() == [[1.0, -2.0]]


def test_hook_point_passes_what_flows_in_through_hooks_of_its_own() -> None:
    point = HookPoint("here", topk=1, nonlinearity=F.relu)
    assert point(torch.tensor([[1.0, -3.0]])).tolist() == [[1.0, 0.0]]
    point.inputs.append(lambda x: -x)
    point.hooks.append(lambda x: x + 1)
    assert point(torch.tensor([[1.0, -3.0]])).tolist() == [[1.0, 4.0]]
    assert not point.state_dict()
