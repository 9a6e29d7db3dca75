"""How sparse activations are: the share of nonzero entries at each site, and nodes never active."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.hooks import replace
from models.layers import Replacement
from models.sites import NodeSite, node_sites
from models.transformer import SparseTransformer

BATCH = 4
"""Windows in one pass: what is held at once stays small in models of any size."""


@dataclass(frozen=True, eq=False)
class SiteActivity:
    """How often the nodes of a site were nonzero, after AbsTopK."""

    active: Tensor
    """[width] int64: tokens at which the node was nonzero."""
    tokens: int
    """Tokens looked at."""

    @property
    def nonzero_fraction(self) -> float:
        """Nonzero entries / (tokens x width)."""
        return int(self.active.sum()) / (self.tokens * len(self.active))

    @property
    def never_active(self) -> int:
        """Nodes that were zero at every token."""
        return int((self.active == 0).sum())


@torch.no_grad()
def activation_sparsity(model: SparseTransformer, windows: Tensor) -> dict[NodeSite, SiteActivity]:
    """Count, for every node, the tokens at which it is nonzero after AbsTopK.

    active(n) = number of (window, position) with x_n != 0. The model must not be run by another
    thread meanwhile: the counting hooks would see that run too.

    Args:
        model: the whole model; nothing is ablated.
        windows: [windows, pos] tokens, at least one.
    """
    sites = node_sites(model.config)
    active = {site: torch.zeros(site.width(model.config), dtype=torch.int64) for site in sites}

    def count_in(total: Tensor) -> Replacement:
        def hook(value: Tensor) -> Tensor:  # [batch, pos, width]
            total.add_((value != 0).sum(dim=(0, 1)).cpu())
            return value

        return hook

    with replace(model, {site.name: count_in(total) for site, total in active.items()}):
        for batch in windows.split(BATCH):
            model.residual(batch)
    return {site: SiteActivity(total, windows.numel()) for site, total in active.items()}
