"""Causal attention with its sink, a head of a sequence at a time.

All of a head's queries, keys and values fit in the nearest cache at the lengths it is for, so
that nothing but them, the pattern and the result is moved. Channels lie apart and positions side
by side; rows of positions are padded to a multiple of whole vectors with zeros, which the pattern
keeps.

With scores s, pattern p = softmax(s, sink), result y = p v and its gradient g:

    gradient of p      g v^T
    gradient of s      p (gradient of p - d),  d = sum over keys of p (gradient of p)
    gradient of sink   the sum over queries of -p_sink d, as the sink's value is 0
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
import torch
from torch import Tensor

from models.fused.exponential import FASTMATH, exponentials
from models.fused.support import serves
from models.layers import attend
from models.threads import share_threads

LONGEST = 256
"""Positions: beyond it a head no longer fits in the cache, and the patterns take much memory."""
LANES = 32
"""Rows of positions are padded to a multiple of it."""


@numba.njit(cache=True, fastmath=FASTMATH, nogil=True)
def _turn(x: Any, head: int, turned: Any) -> None:
    """[pos, head, d_head] -> [d_head, padded pos], of one head."""
    for j in range(x.shape[0]):
        for d in range(x.shape[2]):
            turned[d, j] = x[j, head, d]


@numba.njit(parallel=True, cache=True, fastmath=FASTMATH)
def _forward(q: Any, k: Any, v: Any, sink: Any, out: Any, pattern: Any) -> None:
    batch, pos, heads, d_head = q.shape
    padded = pattern.shape[3]
    root = np.float32(1) / np.sqrt(np.float32(d_head))
    for place in numba.prange(batch * heads):
        b, h = place // heads, place % heads
        keys = np.zeros((d_head, padded), np.float32)
        values = np.zeros((d_head, padded), np.float32)
        bits = np.empty(padded, np.int32)
        _turn(k[b], h, keys)
        _turn(v[b], h, values)
        for i in range(pos):
            row = pattern[b, h, i]
            seen = (i // LANES + 1) * LANES
            row[:] = np.float32(0)
            for d in range(d_head):
                query = q[b, i, h, d] * root
                if query != 0:
                    key = keys[d]
                    for j in range(seen):
                        row[j] += query * key[j]
            largest = sink[h]
            for j in range(i + 1):
                largest = max(largest, row[j])
            for j in range(seen):
                row[j] -= largest
            for j in range(i + 1, seen):
                row[j] = np.float32(-200)
            exponentials(row[:seen], bits[:seen])
            for j in range(i + 1, seen):
                row[j] = np.float32(0)
            total = np.exp(sink[h] - largest)
            for j in range(seen):
                total += row[j]
            share = np.float32(1) / total
            for j in range(seen):
                row[j] *= share
            for d in range(d_head):
                value, mixed = values[d], np.float32(0)
                for j in range(seen):
                    mixed += row[j] * value[j]
                out[b, i, h, d] = mixed


@numba.njit(parallel=True, cache=True, fastmath=FASTMATH)
def _backward(
    q: Any, k: Any, v: Any, pattern: Any, grad: Any, grad_q: Any, grad_k: Any, grad_v: Any,
    grad_sink: Any,
) -> None:  # fmt: skip
    batch, pos, heads, d_head = q.shape
    padded = pattern.shape[3]
    root = np.float32(1) / np.sqrt(np.float32(d_head))
    for place in numba.prange(batch * heads):
        b, h = place // heads, place % heads
        keys = np.zeros((d_head, padded), np.float32)
        values = np.zeros((d_head, padded), np.float32)
        to_keys = np.zeros((d_head, padded), np.float32)
        to_values = np.zeros((d_head, padded), np.float32)
        scores = np.empty(padded, np.float32)
        _turn(k[b], h, keys)
        _turn(v[b], h, values)
        to_sink = np.float32(0)
        for i in range(pos):
            row = pattern[b, h, i]
            seen = (i // LANES + 1) * LANES
            scores[:seen] = np.float32(0)
            for d in range(d_head):
                g, value, to_value = grad[b, i, h, d], values[d], to_values[d]
                for j in range(seen):
                    scores[j] += g * value[j]
                for j in range(seen):
                    to_value[j] += g * row[j]
            pull, kept = np.float32(0), np.float32(0)
            for j in range(seen):
                pull += row[j] * scores[j]
                kept += row[j]
            to_sink -= (np.float32(1) - kept) * pull
            for j in range(seen):
                scores[j] = row[j] * (scores[j] - pull) * root
            for d in range(d_head):
                key, g = keys[d], np.float32(0)
                for j in range(seen):
                    g += scores[j] * key[j]
                grad_q[b, i, h, d] = g
                query = q[b, i, h, d]
                if query != 0:
                    to_key = to_keys[d]
                    for j in range(seen):
                        to_key[j] += query * scores[j]
        for j in range(pos):
            for d in range(d_head):
                grad_k[b, j, h, d] = to_keys[d, j]
                grad_v[b, j, h, d] = to_values[d, j]
        grad_sink[b, h] = to_sink


class _Attend(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, sink: Tensor) -> Tensor:
        q, k, v = (t.detach().contiguous() for t in (q, k, v))
        batch, pos, heads, _ = q.shape
        padded = (pos + LANES - 1) // LANES * LANES
        out, pattern = torch.empty_like(q), q.new_empty(batch, heads, pos, padded)
        share_threads(pattern.numel())
        _forward(
            q.numpy(), k.numpy(), v.numpy(), sink.detach().numpy(), out.numpy(), pattern.numpy()
        )
        ctx.save_for_backward(q, k, v, pattern)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        q, k, v, pattern = ctx.saved_tensors
        to_q, to_k, to_v = (torch.empty_like(t) for t in (q, k, v))
        to_sink = q.new_empty(q.shape[0], q.shape[2])
        share_threads(pattern.numel())
        _backward(
            q.numpy(),
            k.numpy(),
            v.numpy(),
            pattern.numpy(),
            grads[0].contiguous().numpy(),
            to_q.numpy(),
            to_k.numpy(),
            to_v.numpy(),
            to_sink.numpy(),
        )
        return to_q, to_k, to_v, to_sink.sum(0)


_attend = cast(Callable[[Tensor, Tensor, Tensor, Tensor], Tensor], _Attend.apply)


def fused_attend(q: Tensor, k: Tensor, v: Tensor, sink: Tensor | None) -> Tensor:
    """As `models.layers.attend`, which takes what the loops cannot.

    Args:
        q: [batch, pos, head, d_head].
        k: [batch, pos, head, d_head].
        v: [batch, pos, head, d_head].
        sink: [head] logits that join the softmax with value 0, or None.

    Returns:
        [batch, pos, head, d_head].
    """
    if not serves(q, k, v):
        return attend(q, k, v, sink)
    if sink is None:
        sink = q.new_full((q.shape[2],), float("-inf"))
    return _attend(q, k, v, sink)
