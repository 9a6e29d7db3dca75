"""What a residual channel has to do with tokens: its columns of the embedding and unembedding.

The final norm's weight is multiplied into the unembedding: U[t, c] = unembedding[t, c] x norm[c] is
what a channel adds to a token's logit for each unit that is left of it after division by the norm's
scale. The bigram table and the logits' bias belong to no channel.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from models.transformer import SparseTransformer


@dataclass(frozen=True)
class StrongWeight:
    """One nonzero weight; `index` is a token's in a column, a channel's in a row."""

    index: int
    weight: float


@dataclass(frozen=True, eq=False)
class ChannelCounts:
    """For each residual channel, the tokens it has a nonzero weight with."""

    written: Tensor
    """[d_model] int64: tokens whose embedding has the channel."""
    moved: Tensor
    """[d_model] int64: tokens whose logit the channel moves."""


def embedding_column(model: SparseTransformer, channel: int) -> Tensor:
    """What each token writes to a channel, E[:, channel]: [vocab]."""
    return model.embedding.weight.detach()[:, channel]


def embedding_row(model: SparseTransformer, token: int) -> Tensor:
    """What a token writes to each channel, E[token]: [d_model]."""
    return model.embedding.weight.detach()[token]


def unembedding_column(model: SparseTransformer, channel: int) -> Tensor:
    """What a channel adds to each token's logit, U[:, channel]: [vocab]."""
    norm = model.final_norm.weight.detach()[channel]
    return model.unembedding.weight.detach()[:, channel] * norm


def unembedding_row(model: SparseTransformer, token: int) -> Tensor:
    """What each channel adds to a token's logit, U[token]: [d_model]."""
    return model.unembedding.weight.detach()[token] * model.final_norm.weight.detach()


def strongest(weights: Tensor, count: int) -> list[StrongWeight]:
    """The nonzero weights of largest magnitude, largest first; of equal ones the first.

    Args:
        weights: [width].
        count: at most so many.
    """
    order = weights.abs().argsort(descending=True, stable=True)[:count].tolist()
    values = weights[order].tolist()
    return [
        StrongWeight(index, value) for index, value in zip(order, values, strict=True) if value != 0
    ]


def channel_counts(model: SparseTransformer) -> ChannelCounts:
    """written(c) = number of t with E[t, c] != 0; moved(c) = number of t with U[t, c] != 0."""
    embedding, unembedding = model.embedding.weight.detach(), model.unembedding.weight.detach()
    moved = unembedding.count_nonzero(0) * (model.final_norm.weight.detach() != 0)
    return ChannelCounts(embedding.count_nonzero(0), moved)
