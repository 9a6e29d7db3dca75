"""Random sets of nodes, for a circuit to be compared with."""

from __future__ import annotations

import torch
from torch import Tensor

from backend.circuits.nodes import NodeSet
from models.hooks import replace
from models.layers import Replacement
from models.sites import NodeSite, node_sites
from models.transformer import SparseTransformer
from tasks import Batch


def matched_sets(nodes: NodeSet, pool: NodeSet, count: int, seed: int) -> list[NodeSet]:
    """Random sets with as many nodes at each site as a circuit has.

    The circuit's own nodes are left out, and of the others those of the pool are taken first: a
    node that never varies on the pairs does no damage, so that comparing with such nodes would
    prove nothing. Where a site has too few others, the set takes some of the circuit's own.

    Args:
        nodes: the circuit's.
        pool: nodes worth comparing with; see `varying_nodes`.
        count: how many sets.
        seed: equal seeds give equal sets.
    """
    generator = torch.Generator().manual_seed(seed)
    others = [~nodes & pool, ~nodes - pool, nodes]

    def draw(site: NodeSite) -> Tensor:
        chosen = torch.zeros_like(nodes.mask(site))
        missing = int(nodes.mask(site).sum())
        for source in others:
            candidates = source.mask(site).nonzero().flatten()
            order = torch.randperm(len(candidates), generator=generator)
            chosen[candidates[order[:missing]]] = True
            missing -= min(missing, len(candidates))
        return chosen

    return [
        NodeSet(nodes.config, {site: draw(site) for site in nodes.sites()}) for _ in range(count)
    ]


def random_subsets(nodes: NodeSet, count: int, seed: int, *, proper: bool = False) -> list[NodeSet]:
    """Subsets that each node is in with probability 1/2.

    Args:
        nodes: to choose from.
        count: how many subsets.
        seed: equal seeds give equal subsets.
        proper: draw again what came out empty, unless there is no node to draw.
    """
    generator = torch.Generator().manual_seed(seed)
    subsets: list[NodeSet] = []
    while len(subsets) < count:
        masks = {
            site: nodes.mask(site) & (torch.rand(len(nodes.mask(site)), generator=generator) < 0.5)
            for site in node_sites(nodes.config)
        }
        subset = NodeSet(nodes.config, masks)
        if not proper or len(subset) or not len(nodes):
            subsets.append(subset)
    return subsets


def real_positions(batch: Batch) -> Tensor:
    """[batch, pos] booleans: up to the last real token of each sequence."""
    return torch.arange(batch.tokens.shape[1]) <= batch.last[:, None]


@torch.no_grad()
def varying_nodes(model: SparseTransformer, batch: Batch) -> NodeSet:
    """Nodes that have more than one value in the whole model at the real positions of a batch."""
    real = real_positions(batch)
    masks: dict[NodeSite, Tensor] = {}

    def look(site: NodeSite) -> Replacement:
        def hook(value: Tensor) -> Tensor:
            seen = value[real]  # [positions, width]
            masks[site] = seen.amin(0) != seen.amax(0)
            return value

        return hook

    with replace(model, {site.name: look(site) for site in node_sites(model.config)}):
        model(batch.tokens)
    return NodeSet(model.config, masks)
