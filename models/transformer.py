"""SparseTransformer: the only forward pass.

GPT-2 shape with the choices of Gao et al. 2025 (2.1, A.1): RMSNorm, AbsTopK at every node site,
optional sinks, bigram table and read-only concatenated positions. Every site has a `HookPoint`;
recording, masking and ablation happen there (`models.hooks`), never in a copy of this file.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.config import ModelConfig, Positions, TopKSite
from models.layers import MLP, Attention, ChannelNorm, HookPoint, at
from models.sites import NodeSite, SiteKind


class Reader(nn.Module):
    """What a block reads: the normed residual channels, then the normed position channels."""

    def __init__(self, name: str, topk: TopKSite, config: ModelConfig) -> None:
        super().__init__()
        self.norm = ChannelNorm(config.d_model, config)
        self.position_norm = ChannelNorm(config.d_position, config) if config.d_position else None
        self.act_in = HookPoint(name, config.abs_topk(topk, config.d_read))

    def forward(self, x: Tensor, positions: Tensor | None) -> Tensor:
        """[batch, pos, d_model] -> [batch, pos, d_read]."""
        x = self.norm(x)
        if self.position_norm is not None and positions is not None:
            read = self.position_norm(positions).expand(*x.shape[:-1], -1)
            x = torch.cat([x, read], dim=-1)
        result: Tensor = self.act_in(x)
        return result


class Block(nn.Module):
    """Attention, then MLP, each reading the residual stream and adding to it."""

    def __init__(self, layer: int, config: ModelConfig) -> None:
        super().__init__()
        d_model = config.d_model

        def point(name: str, site: TopKSite) -> HookPoint:
            return HookPoint(f"{layer}.{name}", config.abs_topk(site, d_model))

        self.resid_in = point("resid_in", TopKSite.RESID_PRE)
        self.attn_read = Reader(f"{layer}.attn.act_in", TopKSite.ATTN_IN, config)
        self.attn = Attention(layer, config)
        self.attn_delta = point("attn.resid_delta", TopKSite.ATTN_OUT)
        self.resid_mid = point("resid_mid", TopKSite.RESID_MID)
        self.mlp_read = Reader(f"{layer}.mlp.act_in", TopKSite.MLP_IN, config)
        self.mlp = MLP(layer, config)
        self.mlp_delta = point("mlp.resid_delta", TopKSite.MLP_OUT)
        self.resid_out = point("resid_out", TopKSite.RESID_POST)

    def forward(self, x: Tensor, positions: Tensor | None, last: Tensor | None = None) -> Tensor:
        """[batch, pos, d_model] -> [batch, pos, d_model].

        With `last`, [batch], what follows the keys and values is computed at that position of each
        row only, and pos is 1 in the result.
        """
        x = self.resid_in(x)
        delta = self.attn(self.attn_read(x, positions), last)
        if last is not None:
            x = at(x, last)
            positions = None if positions is None else positions[last].unsqueeze(1)
        x = self.resid_mid(x + self.attn_delta(delta))
        x = self.resid_out(x + self.mlp_delta(self.mlp(self.mlp_read(x, positions))))
        return x


class SparseTransformer(nn.Module):
    """A decoder-only transformer with a hook at every node site.

    Args:
        config: sizes and choices.

    Hook points (`hook_points`) are the node sites (`models.sites`) and the observe-only
    `L.attn.y` (heads' outputs before c_proj), `L.resid_in`, `L.resid_mid`, `L.resid_out` and
    `final_resid` (after the last block, before the final norm).
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.positions: nn.Embedding | None = None
        if config.positions is not Positions.NONE:
            width = config.d_position or config.d_model
            self.positions = nn.Embedding(config.n_ctx, width)
        self.blocks = nn.ModuleList(Block(layer, config) for layer in range(config.n_layer))
        self.final_resid = HookPoint("final_resid")
        self.final_norm = ChannelNorm(config.d_model, config)
        self.unembedding = nn.Linear(config.d_model, config.vocab_size, bias=False)
        if config.tied_embedding:
            self.unembedding.weight = self.embedding.weight
        self.logit_bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.bigram: nn.Parameter | None = None
        if config.bigram_table:
            table = torch.zeros(config.vocab_size, config.vocab_size)
            self.bigram = nn.Parameter(table, requires_grad=False)
        self.hook_points: dict[str, HookPoint] = {
            module.name: module for module in self.modules() if isinstance(module, HookPoint)
        }

    def forward(self, tokens: Tensor, last: Tensor | None = None) -> Tensor:
        """Next-token logits.

        Args:
            tokens: [batch, pos] integers below vocab_size, pos at most n_ctx.
            last: [batch]; if given, logits at that position of each row only. The last block then
                computes no more than they need, and hooks after its keys see [batch, 1, width].

        Returns:
            [batch, pos, vocab], or [batch, vocab] with `last`.

        Raises:
            ValueError: the sequences are longer than the model's context.
        """
        x = self.residual(tokens, last)
        if last is None:
            return self.unembed(x, tokens)
        return self.unembed(x, at(tokens, last)).squeeze(1)

    def residual(self, tokens: Tensor, last: Tensor | None = None) -> Tensor:
        """The residual stream after the last block, before the final norm.

        Args:
            tokens: [batch, pos].
            last: [batch] or None, as in `forward`.

        Returns:
            [batch, pos, d_model], or [batch, 1, d_model] with `last`.

        Raises:
            ValueError: the sequences are longer than the model's context.
        """
        x, positions = self.embed(tokens)
        for layer, block in enumerate(self.blocks, start=1):
            x = block(x, positions, last if layer == self.config.n_layer else None)
        final: Tensor = self.final_resid(x)
        return final

    def embed(self, tokens: Tensor) -> tuple[Tensor, Tensor | None]:
        """The residual stream before the first block and the concatenated positions, if any.

        Args:
            tokens: [batch, pos].

        Returns:
            [batch, pos, d_model], and [pos, d_position] or None.

        Raises:
            ValueError: the sequences are longer than the model's context.
        """
        length = tokens.shape[-1]
        if length > self.config.n_ctx:
            raise ValueError(
                f"a sequence of {length} tokens is longer than the model's context of "
                f"{self.config.n_ctx}; shorten it"
            )
        x: Tensor = self.embedding(tokens)
        if self.positions is None:
            return x, None
        vectors = self.positions.weight[:length]
        if self.config.positions is Positions.ADD:
            return x + vectors, None
        return x, vectors

    def unembed(self, x: Tensor, tokens: Tensor) -> Tensor:
        """Logits from the final residual stream.

        Args:
            x: [..., d_model], before the final norm.
            tokens: [...], whose bigram rows are added.

        Returns:
            [..., vocab].
        """
        logits: Tensor = self.unembedding(self.final_norm(x)) + self.logit_bias
        if self.bigram is not None:
            logits = logits + self.bigram[tokens]
        return logits

    def edge_weight(self, source: NodeSite, target: NodeSite) -> Tensor:
        """The weight matrix that joins two sites of a layer: a view, not a copy.

        Returns:
            [target width, source width].

        Raises:
            ValueError: no weight joins the two sites.
        """
        if source.layer == target.layer:
            block = self.blocks[source.layer]
            assert isinstance(block, Block)
            width = self.config.d_attn
            match source.kind, target.kind:
                case SiteKind.ATTN_IN, SiteKind.Q:
                    return block.attn.qkv.weight[:width]
                case SiteKind.ATTN_IN, SiteKind.K:
                    return block.attn.qkv.weight[width : 2 * width]
                case SiteKind.ATTN_IN, SiteKind.V:
                    return block.attn.qkv.weight[2 * width :]
                case SiteKind.V, SiteKind.ATTN_OUT:
                    return block.attn.out.weight
                case SiteKind.MLP_IN, SiteKind.NEURON:
                    return block.mlp.up.weight
                case SiteKind.NEURON, SiteKind.MLP_OUT:
                    return block.mlp.down.weight
        raise ValueError(
            f"no weight joins {source} to {target}: edges run within a layer, from act_in to q, k, "
            "v or post_act, and from v or post_act to resid_delta"
        )
