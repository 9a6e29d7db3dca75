"""How much each node matters to a task: integrated gradients of the task loss on its gate.

All gates are opened together from 0 (every node mean-ablated) to 1 (the whole model); a node's
importance is the mean, over points on the way, of how much opening its gate a little further would
lower the task loss (Sundararajan et al. 2017, with mean ablation as the baseline). Gao et al. 2025
(A.5) find learned masks far better than such a ranking.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from backend.circuits.ablation import MeanValues, answer_difference
from models.fused.gate import fused_gate
from models.hooks import replace
from models.sites import NodeSite, node_sites
from models.transformer import SparseTransformer
from tasks.base import Batch


def gated(
    gates: dict[NodeSite, Tensor], values: MeanValues
) -> dict[str, Callable[[Tensor], Tensor]]:
    """Hooks that mix each node's value with its mean: gate * value + (1 - gate) * mean.

    Args:
        gates: [width] by site.
        values: node means.
    """

    def mix(site: NodeSite, gate: Tensor) -> Callable[[Tensor], Tensor]:
        def ablate(value: Tensor) -> Tensor:
            return fused_gate(value, gate, values.at(site, 0, value.shape))

        return ablate

    return {site.name: mix(site, gate) for site, gate in gates.items()}


def importance(
    model: SparseTransformer, values: MeanValues, batch: Batch, points: int
) -> dict[NodeSite, Tensor]:
    """Importance of every node on a batch of pairs.

    Args:
        model: frozen.
        values: node means.
        batch: pairs.
        points: midpoints of the way from ablated to whole.

    Returns:
        [width] by site, in nats; positive where opening the gate lowers the loss.
    """
    sites = node_sites(model.config)
    total = {site: torch.zeros(site.width(model.config)) for site in sites}
    for point in range(points):
        share = (point + 0.5) / points
        gates = {
            site: torch.full_like(zero, share).requires_grad_() for site, zero in total.items()
        }
        with replace(model, gated(gates, values)):
            difference = answer_difference(model(batch.tokens, batch.last), batch)
        F.softplus(-difference).mean().backward()
        for site, gate in gates.items():
            if gate.grad is not None:
                total[site] = total[site] - gate.grad / points
    return total
