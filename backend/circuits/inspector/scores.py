"""What scores and attention are made of, on plain tensors."""

from __future__ import annotations

import torch
from torch import Tensor


def channel_scores(q: Tensor, k: Tensor) -> Tensor:
    """S_c(i, j) = q_c(i) k_c(j) / sqrt(d_head): a channel's part of the score of i for j.

    Their sum over the channels is what the softmax is taken of.

    Args:
        q: [pos, d_head].
        k: [pos, d_head].

    Returns:
        [d_head, pos (query), pos (key)]; later keys are not masked.
    """
    products: Tensor = torch.einsum("ic,jc->cij", q, k)
    scores: Tensor = products / q.shape[-1] ** 0.5
    return scores


def carried(attention: Tensor, v: Tensor) -> Tensor:
    """Y(i, j) = A(i, j) v(j): what a value channel carries from key j to query i.

    Their sum over the keys is the channel's part of the head's output.

    Args:
        attention: [pos (query), pos (key)].
        v: [pos], one channel.

    Returns:
        [pos (query), pos (key)].
    """
    return attention * v


def with_sink(attention: Tensor) -> Tensor:
    """Attention with what is left for the sink as one place more, so that rows sum to 1.

    Args:
        attention: [pos (query), pos (key)].

    Returns:
        [pos (query), pos (key) + 1].
    """
    rest = (1 - attention.sum(-1, keepdim=True)).clamp(min=0)
    return torch.cat([attention, rest], dim=-1)
