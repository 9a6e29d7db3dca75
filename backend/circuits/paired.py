"""Paired ablation: an ablated node gets the value it has on the pair's other sequence.

Also called activation patching (Vig et al. 2020; Heimersheim & Nanda 2024). The sequences of a pair
share their beginning and their end; what lies between may be longer in one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.hooks import record
from models.sites import NodeSite, node_sites
from models.transformer import SparseTransformer
from tasks.base import Batch


@dataclass(frozen=True)
class PairedValues:
    """The whole model's values on the other sequence of each pair, at the matching positions.

    Attributes:
        activations: by site name, [batch, pos, width] on the pairs themselves.
        partner: [batch] row of the other sequence.
        position: [batch, pos] where in it each position's match is; see `matching_positions`.
    """

    activations: dict[str, Tensor]
    partner: Tensor
    position: Tensor
    draws: int = 1
    by_position: bool = True

    @classmethod
    @torch.no_grad()
    def of(cls, model: SparseTransformer, batch: Batch) -> PairedValues:
        """The values for a batch: one forward pass of the whole model.

        Args:
            model: the whole model.
            batch: the pairs that will be answered.
        """
        names = [site.name for site in node_sites(model.config)]
        with record(model, names) as activations:
            model(batch.tokens)
        partner = torch.arange(len(batch.tokens)).roll(batch.pairs)
        return cls(dict(activations), partner, matching_positions(batch))

    def at(self, site: NodeSite, draw: int, shape: torch.Size) -> Tensor:
        """[batch, pos, width]."""
        return self.activations[site.name][self.partner[:, None], self.position]


def matching_positions(batch: Batch) -> Tensor:
    """Where in the other sequence of its pair each position's match is.

    Up to the first token that differs a position matches itself, from there on the one as far from
    the end, so that the last tokens always match; what is then left over in the longer sequence
    matches the first token that differs. Padding matches itself.

    Args:
        batch: pairs.

    Returns:
        [batch, pos] int64.
    """
    width = batch.tokens.shape[1]
    place = torch.arange(width).expand(len(batch.tokens), -1)
    tokens, others = batch.tokens, batch.tokens.roll(batch.pairs, 0)
    last, other_last = batch.last[:, None], batch.last.roll(batch.pairs)[:, None]
    inside = place < last.minimum(other_last)
    same = ((tokens == others) & inside).long().cumprod(-1)  # 1 while all so far are the same
    first = same.sum(-1, keepdim=True)
    from_end = (place + other_last - last).maximum(first)
    matched = torch.where(same.bool(), place, from_end)
    return torch.where(place <= last, matched, place)
