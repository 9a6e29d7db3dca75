"""The parts of a block: norm, linear maps, attention with its sink.

Axes: batch, pos, d_model, d_read (d_model + d_position), head, d_head, d_mlp, vocab.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.abs_topk import abs_topk
from models.config import Activation, ModelConfig, Norm, TopKSite

LAYER_NORM_EPS = 1e-5

Replacement = Callable[[Tensor], Tensor]
"""Takes a value [batch, pos, width] and returns the one to go on with, of the same shape."""


def check_positions(frozen: Tensor, x: Tensor) -> None:
    """Check that a frozen scale [..., 1] is that of the positions of x [..., width].

    Raises:
        ValueError: it is of other positions.
    """
    if frozen.shape[:-1] != x.shape[:-1]:
        raise ValueError(
            f"scales of positions {list(frozen.shape[:-1])} are frozen and positions "
            f"{list(x.shape[:-1])} were met: record them on the same tokens, with the same `last`"
        )


class Scale(NamedTuple):
    """What a norm makes of a position, before its weight: (x - centre) / divisor."""

    centre: Tensor
    """[..., 1] the mean for LayerNorm, 0 for RMSNorm."""
    divisor: Tensor
    """[..., 1]."""


class ChannelNorm(nn.Module):
    """RMSNorm or LayerNorm over the last axis, with a learned weight (and a bias for LayerNorm)."""

    def __init__(self, width: int, config: ModelConfig) -> None:
        super().__init__()
        self.kind = config.norm
        self.eps = config.norm_eps
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width)) if config.norm_bias else None
        self.frozen: Scale | None = None
        """Taken in the place of the scale of what is normed; set by `models.scales` alone."""

    def forward(self, x: Tensor) -> Tensor:
        """[..., width] -> [..., width]."""
        if self.frozen is not None:
            return self._scaled(x, self.frozen)
        if self.kind is Norm.RMS:
            return F.rms_norm(x, self.weight.shape, self.weight, self.eps)
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self._eps(x))

    def scale(self, x: Tensor) -> Scale:
        """What `forward` subtracts and divides by.

        Args:
            x: [..., width].
        """
        centre = x.new_zeros(*x.shape[:-1], 1)
        if self.kind is Norm.LAYER:
            centre = x.mean(-1, keepdim=True)
        mean_square = (x - centre).square().mean(-1, keepdim=True)
        return Scale(centre, (mean_square + self._eps(x)).sqrt())

    def _eps(self, x: Tensor) -> float:
        if self.eps is not None:
            return self.eps
        return LAYER_NORM_EPS if self.kind is Norm.LAYER else torch.finfo(x.dtype).eps

    def _scaled(self, x: Tensor, scale: Scale) -> Tensor:
        check_positions(scale.divisor, x)
        x = (x - scale.centre) / scale.divisor * self.weight
        return x if self.bias is None else x + self.bias


class HookPoint(nn.Module):
    """A named place in the forward pass: nonlinearity and AbsTopK if they are there, then hooks.

    The order is that of OpenAI's hooks: what is recorded or replaced is the value after AbsTopK.
    What flows into the place, before its nonlinearity and AbsTopK, has hooks of its own. Hooks are
    added by the context managers of `models.hooks` alone.

    Args:
        name: e.g. `0.mlp.post_act`.
        topk: entries that AbsTopK keeps, or None for no AbsTopK.
        nonlinearity: applied first, or None.
    """

    def __init__(
        self, name: str, topk: int | None = None, nonlinearity: Replacement | None = None
    ) -> None:
        super().__init__()
        self.name = name
        self.topk = topk
        self.nonlinearity = nonlinearity
        self.inputs: list[Replacement] = []
        """Hooks on what flows in."""
        self.hooks: list[Replacement] = []
        """Hooks on the node values."""
        self.threshold: Tensor | None = None
        """[..., 1] magnitudes that AbsTopK cuts at instead; set by `models.scales` alone."""

    def forward(self, x: Tensor) -> Tensor:
        """[..., width] -> [..., width]."""
        for hook in self.inputs:
            x = hook(x)
        if self.nonlinearity is not None:
            x = self.nonlinearity(x)
        if self.threshold is not None:
            check_positions(self.threshold, x)
            x = torch.where(x.abs() >= self.threshold, x, 0)
        elif self.topk is not None:
            x = abs_topk(x, self.topk)
        for hook in self.hooks:
            x = hook(x)
        return x


def at(x: Tensor, last: Tensor) -> Tensor:
    """[batch, pos, ...] at one position of each row, [batch]: [batch, 1, ...]."""
    return x[torch.arange(len(x), device=x.device), last].unsqueeze(1)


def attend(q: Tensor, k: Tensor, v: Tensor, sink: Tensor | None) -> Tensor:
    """Causal attention, scores divided by the root of d_head.

    The sink is one more key, before the first, that every query sees: queries get a channel that
    is 1, keys one that is 0, the sink's key has its logit there; its value is 0. So the fused
    kernel serves with and without a sink.

    Args:
        q: [batch, pos, head, d_head].
        k: [batch, pos, head, d_head].
        v: [batch, pos, head, d_head].
        sink: [head] logits that join the softmax with value 0, or None.

    Returns:
        [batch, pos, head, d_head].
    """
    q, k, v = (t.transpose(1, 2) for t in (q, k, v))  # [batch, head, pos, d_head]
    if sink is None:
        mixed: Tensor = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return mixed.transpose(1, 2)
    batch, head, pos, d_head = q.shape
    root = d_head**0.5
    ones = q.new_ones(batch, head, pos, 1)
    sink_key = F.pad((sink * root).view(1, head, 1, 1), (d_head, 0)).expand(batch, -1, -1, -1)
    mixed = F.scaled_dot_product_attention(
        F.pad(torch.cat([q, ones], dim=-1), (0, 0, 1, 0)),  # an idle first query keeps it causal
        torch.cat([sink_key, F.pad(k, (0, 1))], dim=-2),
        F.pad(v, (0, 1, 1, 0)),
        is_causal=True,
        scale=1 / root,
    )
    return mixed[:, :, 1:, :d_head].transpose(1, 2)


def attend_last(q: Tensor, k: Tensor, v: Tensor, sink: Tensor | None, last: Tensor) -> Tensor:
    """`attend` at one position of each row.

    Args:
        q: [batch, 1, head, d_head], the queries of those positions.
        k: [batch, pos, head, d_head].
        v: [batch, pos, head, d_head].
        sink: [head] or None, as in `attend`.
        last: [batch], the positions; keys after them are not seen.

    Returns:
        [batch, 1, head, d_head].
    """
    scores = torch.einsum("bhd,bkhd->bhk", q[:, 0], k) / q.shape[-1] ** 0.5
    future = torch.arange(k.shape[1], device=k.device) > last[:, None]  # [batch, pos]
    scores = scores.masked_fill(future[:, None], float("-inf"))
    if sink is not None:
        scores = torch.cat([scores, sink.view(1, -1, 1).expand(len(scores), -1, 1)], dim=-1)
    pattern = scores.softmax(dim=-1)[..., : k.shape[1]]
    return torch.einsum("bhk,bkhd->bhd", pattern, v).unsqueeze(1)


def attention_pattern(q: Tensor, k: Tensor, sink: Tensor | None) -> Tensor:
    """The weights that `attend` mixes values with, for looking at: the sink's share is left out.

    Args:
        q: [batch, pos, head, d_head].
        k: [batch, pos, head, d_head].
        sink: [head] logits that join the softmax with value 0, or None.

    Returns:
        [batch, head, pos (query), pos (key)]; rows sum to 1 without a sink, to less with one.
    """
    scores: Tensor = torch.einsum("bqhd,bkhd->bhqk", q, k) / q.shape[-1] ** 0.5
    length = scores.shape[-1]
    future = torch.ones(length, length, dtype=torch.bool, device=q.device).triu(1)
    scores = scores.masked_fill(future, float("-inf"))
    if sink is None:
        return scores.softmax(dim=-1)
    column = sink.view(1, -1, 1, 1).expand(*scores.shape[:-1], 1)
    return torch.cat([scores, column], dim=-1).softmax(dim=-1)[..., :-1]


class Attention(nn.Module):
    """Multi-head causal attention whose q, k and v channels are node sites."""

    def __init__(self, layer: int, config: ModelConfig) -> None:
        super().__init__()
        width = config.d_attn
        self.n_head, self.d_head = config.n_head, config.d_head
        self.qkv = nn.Linear(config.d_read, 3 * width, bias=config.bias)
        """Rows: all of q, all of k, all of v."""
        self.out = nn.Linear(width, config.d_model, bias=config.bias)
        self.sink = nn.Parameter(torch.zeros(config.n_head)) if config.attention_sink else None
        self.q = HookPoint(f"{layer}.attn.q", config.abs_topk(TopKSite.ATTN_Q, width))
        self.k = HookPoint(f"{layer}.attn.k", config.abs_topk(TopKSite.ATTN_K, width))
        self.v = HookPoint(f"{layer}.attn.v", config.abs_topk(TopKSite.ATTN_V, width))
        self.y = HookPoint(f"{layer}.attn.y")
        self.attend = attend
        """How heads mix values; `models.fused` puts a faster function here."""

    def forward(self, x: Tensor, last: Tensor | None = None) -> Tensor:
        """[batch, pos, d_read] -> [batch, pos, d_model], with `last` at that position: pos is 1."""
        q, k, v = self.qkv(x).chunk(3, dim=-1)  # each [batch, pos, head * d_head]
        if last is not None:
            q = at(q, last)
        mixed = self.mix(self.q(q), self.k(k), self.v(v), last)
        result: Tensor = self.out(self.y(mixed))  # [batch, pos, d_model]
        return result

    def mix(self, q: Tensor, k: Tensor, v: Tensor, last: Tensor | None = None) -> Tensor:
        """What the heads make of values; linear in v.

        Args:
            q: [batch, pos, head * d_head]; pos is 1 with `last`.
            k: [batch, pos, head * d_head].
            v: [batch, pos, head * d_head].
            last: [batch], the positions of the queries, or None for all.

        Returns:
            [batch, pos, head * d_head], as q.
        """
        q, k, v = (t.unflatten(-1, (self.n_head, self.d_head)) for t in (q, k, v))
        if last is None:
            return self.attend(q, k, v, self.sink).flatten(-2)
        return attend_last(q, k, v, self.sink, last).flatten(-2)


class MLP(nn.Module):
    """One hidden layer, whose neurons after the nonlinearity are nodes."""

    def __init__(self, layer: int, config: ModelConfig) -> None:
        super().__init__()
        self.up = nn.Linear(config.d_read, config.d_mlp, bias=config.bias)
        self.down = nn.Linear(config.d_mlp, config.d_model, bias=config.bias)
        self.neurons = HookPoint(
            f"{layer}.mlp.post_act",
            config.abs_topk(TopKSite.MLP_NEURON, config.d_mlp),
            F.gelu if config.activation is Activation.GELU else F.relu,
        )

    def forward(self, x: Tensor) -> Tensor:
        """[batch, pos, d_read] -> [batch, pos, d_model]."""
        result: Tensor = self.down(self.neurons(self.up(x)))
        return result
