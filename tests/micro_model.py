"""Models for tests: one small enough to compute by hand, and small random ones.

The micro model has two residual channels, one head of one channel with a sink, two neurons. Its
weights are chosen so that every root in an RMSNorm comes out whole. For the tokens [0, 1]:

    embedding            (1, 1)       (1, -1)        norm: both have root mean square 1
    v = channel 1        1            -1
    attention            1/2          0              query 0: even over the keys and the sink
    attn.resid_delta     (6, 0)       (0, 0)         12 times it, to channel 0
    residual             (7, 1)       (1, -1)        root mean square 5 and 1
    mlp.act_in           (1.4, 0.2)   (1, -1)
    post_act             (7, 0)       (5, 6)         relu(5 x0), relu(1 - 5 x1)
    mlp.resid_delta      (0, -2)      (0, -6)        5 - n0 - n1, to channel 1
    final residual       (7, -1)      (1, -7)        root mean square 5 and 5
    unembedding          7 -1 8       1 -7 8         5 x0, 5 x1, 5 x0 - 5 x1
    + logit bias         0 0 1        0 0 1
    + bigram row         0 10 0       1 0 0
    logits               7 9 9        2 -7 9
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.config import Activation, ModelConfig, Positions
from models.transformer import SparseTransformer

MICRO_CONFIG = ModelConfig(
    vocab_size=3,
    n_ctx=4,
    n_layer=1,
    d_model=2,
    n_head=1,
    d_head=1,
    d_mlp=2,
    norm_eps=0.0,
    activation=Activation.RELU,
    attention_sink=True,
    bigram_table=True,
)
MICRO_TOKENS = torch.tensor([[0, 1]])
MICRO_LOGITS = torch.tensor([[[7.0, 9, 9], [2, -7, 9]]])
MICRO_ACTIVATIONS: dict[str, Tensor] = {
    name: torch.tensor([rows])
    for name, rows in {
        "0.resid_in": [[1.0, 1], [1, -1]],
        "0.attn.act_in": [[1.0, 1], [1, -1]],
        "0.attn.q": [[0.0], [0]],
        "0.attn.k": [[1.0], [1]],
        "0.attn.v": [[1.0], [-1]],
        "0.attn.y": [[0.5], [0]],
        "0.attn.resid_delta": [[6.0, 0], [0, 0]],
        "0.resid_mid": [[7.0, 1], [1, -1]],
        "0.mlp.act_in": [[1.4, 0.2], [1, -1]],
        "0.mlp.post_act": [[7.0, 0], [5, 6]],
        "0.mlp.resid_delta": [[0.0, -2], [0, -6]],
        "0.resid_out": [[7.0, -1], [1, -7]],
        "final_resid": [[7.0, -1], [1, -7]],
    }.items()
}
MICRO_TENSORS: dict[str, Tensor] = {
    name: torch.tensor(value)
    for name, value in {
        "embedding.weight": [[1.0, 1], [1, -1], [2, 0]],
        "blocks.0.attn_read.norm.weight": [1.0, 1],
        "blocks.0.attn.qkv.weight": [[0.0, 0], [1, 0], [0, 1]],
        "blocks.0.attn.qkv.bias": [0.0, 0, 0],
        "blocks.0.attn.sink": [0.0],
        "blocks.0.attn.out.weight": [[12.0], [0]],
        "blocks.0.attn.out.bias": [0.0, 0],
        "blocks.0.mlp_read.norm.weight": [1.0, 1],
        "blocks.0.mlp.up.weight": [[5.0, 0], [0, -5]],
        "blocks.0.mlp.up.bias": [0.0, 1],
        "blocks.0.mlp.down.weight": [[0.0, 0], [-1, -1]],
        "blocks.0.mlp.down.bias": [0.0, 5],
        "final_norm.weight": [1.0, 1],
        "unembedding.weight": [[5.0, 0], [0, 5], [5, -5]],
        "logit_bias": [0.0, 0, 1],
        "bigram": [[0.0, 10, 0], [1, 0, 0], [0, 0, 0]],
    }.items()
}


def micro_model() -> SparseTransformer:
    """The model computed by hand above."""
    model = SparseTransformer(MICRO_CONFIG)
    model.load_state_dict(MICRO_TENSORS)
    return model.eval().requires_grad_(False)


def small_config(**changes: Any) -> ModelConfig:
    """A configuration of two layers with AbsTopK everywhere, with fields changed."""
    fields: dict[str, Any] = {
        "vocab_size": 23,
        "n_ctx": 12,
        "n_layer": 2,
        "d_model": 8,
        "n_head": 2,
        "d_head": 3,
        "d_mlp": 16,
        "abs_topk_fraction": 0.5,
    }
    return ModelConfig(**(fields | changes))


def small_model(seed: int = 0, nonzero: float = 0.3, **changes: Any) -> SparseTransformer:
    """A random model of `small_config(**changes)`, of whose entries about `nonzero` are nonzero."""
    model = SparseTransformer(small_config(**changes))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=generator)
            keep = torch.rand(parameter.shape, generator=generator) < nonzero
            values = 1 + values / 10 if "norm.weight" in name else torch.where(keep, values, 0)
            parameter.copy_(values)
    return model.eval().requires_grad_(False)


VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "tied": {"tied_embedding": True},
    "sink": {"attention_sink": True, "bigram_table": True},
    "added": {"positions": Positions.ADD, "bias": False},
    "concatenated": {"positions": Positions.CONCATENATE, "d_position": 4},
    "layernorm": {"norm": "layer", "norm_bias": True, "abs_topk_fraction": None},
}
"""Fields for `small_model` that together reach every optional tensor."""
