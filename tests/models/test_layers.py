"""The parts of a block against slow, obvious versions of themselves."""

import math
from typing import Any

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


@pytest.mark.parametrize(
    "changes",
    [{}, {"norm_eps": 3.0}, {"norm": "layer", "norm_bias": True}, {"norm": "layer", "norm_eps": 3}],
)
def test_scale_is_what_the_norm_divides_by(changes: dict[str, Any]) -> None:
    norm = ChannelNorm(8, small_config(**changes))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in norm.parameters():
            parameter.copy_(torch.randn(8, generator=generator))
    x, other = torch.randn(2, 5, 8, generator=generator) + 1
    expected, differently = norm(x), norm(other)
    norm.frozen = norm.scale(x)
    torch.testing.assert_close(norm(x), expected)
    assert not torch.allclose(norm(other), differently, atol=0.1)
    bias = 0 if norm.bias is None else norm.bias
    by_hand = (other - norm.frozen.centre) / norm.frozen.divisor * norm.weight + bias
    torch.testing.assert_close(norm(other), by_hand)


def test_scales_by_hand() -> None:
    norm = ChannelNorm(4, small_config(norm_eps=0.0))
    assert norm.scale(torch.tensor([[3.0, 0.0, 4.0, 0.0]])).divisor.tolist() == [[2.5]]
    layer = ChannelNorm(2, small_config(norm="layer", norm_eps=0.0))
    centre, divisor = layer.scale(torch.tensor([[1.0, 5.0]]))
    assert (centre.tolist(), divisor.tolist()) == ([[3.0]], [[2.0]])


def test_hook_point_cuts_at_its_threshold_instead() -> None:
    point = HookPoint("here", topk=1)
    point.threshold = torch.tensor([[2.0], [5.0]])
    assert point(torch.tensor([[1.0, -3.0, 2.0], [1.0, -3.0, 2.0]])).tolist() == [
        [0.0, -3.0, 2.0],
        [0.0, 0.0, 0.0],
    ]


def test_frozen_scales_of_other_positions_are_refused() -> None:
    norm, point = ChannelNorm(4, small_config()), HookPoint("here", topk=1)
    norm.frozen, point.threshold = norm.scale(torch.ones(2, 1, 4)), torch.ones(2, 1, 1)
    for frozen in (norm, point):
        with pytest.raises(ValueError, match=r"\[2, 1\] are frozen and positions \[2, 3\]"):
            frozen(torch.ones(2, 3, 4))


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
