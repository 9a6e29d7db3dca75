"""A model and a batch as the arrays that `kernel` works on."""

from __future__ import annotations

import numpy as np
import torch

from backend.circuits.ablation import MeanValues
from backend.circuits.alone.kernel import Arrays
from backend.circuits.alone.rows import Ints, Rows, distinct_rows
from backend.circuits.numbering import Numbering
from models.config import Activation, ModelConfig, Norm, TopKSite
from models.sites import NodeSite, SiteKind, edge_sites, node_sites
from models.transformer import Block, SparseTransformer
from tasks import Batch


def fits(config: ModelConfig) -> bool:
    """Whether the kernel covers the architecture: RMSNorm, AbsTopK at node sites only."""
    between = {TopKSite.RESID_PRE, TopKSite.RESID_MID, TopKSite.RESID_POST}
    return config.norm is Norm.RMS and all(
        config.abs_topk(site, config.d_model) is None for site in between
    )


@torch.no_grad()
def pack(
    model: SparseTransformer, values: MeanValues, batch: Batch, numbering: Numbering
) -> Arrays:
    """The arrays of a model whose architecture `fits`."""
    config = model.config
    rows = distinct_rows(batch)
    layers, kinds = config.n_layer, list(SiteKind)
    first = np.array(
        [[numbering.first[NodeSite(layer, kind)] for kind in kinds] for layer in range(layers)]
    )
    widths = [NodeSite(0, kind).width(config) for kind in kinds]
    topk = [
        config.abs_topk(kind.topk_site, width) or width
        for kind, width in zip(kinds, widths, strict=True)
    ]
    mean = torch.cat([values.means.values[site.name] for site in node_sites(config)])
    constant = _constants(model, mean, numbering)
    starts = np.zeros((layers, 6, max(widths) + 1), np.int64)
    for i, pair in enumerate(numbering.pairs):
        starts[i // 6, i % 6, : len(pair.starts)] = pair.starts
    tokens, depth = torch.from_numpy(rows.tokens), torch.from_numpy(rows.depth)
    x0 = model.embedding(tokens)
    positions = torch.zeros(len(tokens), 0)
    if model.positions is not None:
        vectors = model.positions.weight[depth]
        if config.d_position:
            positions = vectors  # normed below, by each reader
        else:
            x0 = x0 + vectors
    blocks = [block for block in model.blocks if isinstance(block, Block)]
    norms = [norm for block in blocks for norm in (block.attn_read.norm, block.mlp_read.norm)]
    sinks = [
        torch.full((config.n_head,), -torch.inf) if block.attn.sink is None else block.attn.sink
        for block in blocks
    ]
    unembedding, last = model.unembedding.weight, batch.tokens[range(len(batch.last)), batch.last]
    offset = model.logit_bias[batch.right] - model.logit_bias[batch.wrong]
    if model.bigram is not None:
        offset = offset + model.bigram[last, batch.right] - model.bigram[last, batch.wrong]
    eps = config.norm_eps if config.norm_eps is not None else torch.finfo(torch.float32).eps
    direction = (unembedding[batch.right] - unembedding[batch.wrong]) * model.final_norm.weight
    return Arrays(
        x0=x0.float().contiguous().numpy(),
        positions=_normed_positions(blocks, positions),
        norm=torch.stack([*(norm.weight for norm in norms), model.final_norm.weight]).numpy(),
        eps=float(eps),
        first=first,
        width=np.array(widths),
        topk=np.array(topk),
        mean=mean.float().numpy(),
        constant=constant.numpy(),
        by_head=_by_head(model, mean, numbering),
        starts=starts,
        target=numbering.rows,
        weight=numbering.weights,
        sink=torch.stack(sinks).float().contiguous().numpy(),
        d_head=config.d_head,
        relu=config.activation is not Activation.GELU,
        alike=_alike(rows, with_positions=model.positions is not None),
        depth=rows.depth,
        chain_starts=rows.chain_starts,
        chains=rows.chains,
        leaves=rows.leaves,
        leaf=rows.leaf,
        direction=direction.contiguous().numpy(),
        offset=offset.numpy(),
    )


def _alike(rows: Rows, *, with_positions: bool) -> Ints:
    """[rows] the first row that the first layer reads the same for."""
    keys = np.stack([rows.tokens, rows.depth if with_positions else np.zeros_like(rows.depth)])
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    alike: Ints = first[group.reshape(-1)]
    return alike


def _normed_positions(blocks: list[Block], positions: torch.Tensor) -> np.ndarray:
    """[2 L, rows, d_position] as each reader sees them."""
    readers = [reader for block in blocks for reader in (block.attn_read, block.mlp_read)]
    return torch.stack(
        [
            positions if reader.position_norm is None else reader.position_norm(positions)
            for reader in readers
        ]
    ).numpy()


def _constants(model: SparseTransformer, mean: torch.Tensor, numbering: Numbering) -> torch.Tensor:
    """[nodes] bias + W mean; attn.resid_delta: the bias alone; zero where nothing is received."""
    constant = torch.zeros(numbering.nodes)
    first, config = numbering.first, model.config
    for layer, block in enumerate(model.blocks):
        assert isinstance(block, Block)
        biases = dict.fromkeys(SiteKind, torch.zeros(1))
        if block.attn.qkv.bias is not None:
            parts = block.attn.qkv.bias.chunk(3)
            biases |= dict(zip((SiteKind.Q, SiteKind.K, SiteKind.V), parts, strict=True))
            biases |= {
                SiteKind.ATTN_OUT: block.attn.out.bias,
                SiteKind.NEURON: block.mlp.up.bias,
                SiteKind.MLP_OUT: block.mlp.down.bias,
            }
        for kind, bias in biases.items():
            site = NodeSite(layer, kind)
            constant[first[site] : first[site] + site.width(config)] += bias
    for source, target in edge_sites(config):
        if source.kind is not SiteKind.V:
            own = mean[first[source] : first[source] + source.width(config)]
            received = model.edge_weight(source, target) @ own
            constant[first[target] : first[target] + target.width(config)] += received
    return constant


def _by_head(model: SparseTransformer, mean: torch.Tensor, numbering: Numbering) -> np.ndarray:
    """[L, H, D] what each head writes when its values are at their means and all seen."""
    config = model.config
    written = []
    for layer in range(config.n_layer):
        source, target = NodeSite(layer, SiteKind.V), NodeSite(layer, SiteKind.ATTN_OUT)
        own = mean[numbering.first[source] :][: config.d_attn].view(config.n_head, config.d_head)
        weight = model.edge_weight(source, target).view(-1, config.n_head, config.d_head)
        written.append(torch.einsum("dhc,hc->hd", weight, own))
    return torch.stack(written).contiguous().numpy()
