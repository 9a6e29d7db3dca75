"""A model whose circuit is known: one neuron answers, hundreds of nodes around it only distract.

Token 1 or 2 writes +1 or -1 into residual channel 0; one neuron reads it and writes channel 1;
the unembedding turns channel 1 into the answers 3 and 4. Everything else is random and weak, and
writes to channels that the answers' logits hardly read.
"""

from __future__ import annotations

import torch

from backend.circuits.ablation import MeanValues
from models.config import Activation, ModelConfig
from models.means import NodeMeans, compute_node_means
from models.transformer import SparseTransformer
from tasks import Batch, Pair

NEURON = 17
TRUE_NODES = ["0.mlp.act_in.0", f"0.mlp.post_act.{NEURON}", "0.mlp.resid_delta.1"]
CONFIG = ModelConfig(
    vocab_size=12,
    n_ctx=8,
    n_layer=2,
    d_model=16,
    n_head=2,
    d_head=4,
    d_mlp=48,
    activation=Activation.RELU,
)


def planted_model() -> SparseTransformer:
    """The model, frozen."""
    model = SparseTransformer(CONFIG)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                continue
            noise = torch.randn(parameter.shape, generator=generator)
            keep = torch.rand(parameter.shape, generator=generator) < 0.3
            parameter.copy_(torch.where(keep, 0.1 * noise, 0))
        embedding, unembedding = model.embedding.weight, model.unembedding.weight
        embedding[:, 0] = 0
        embedding[1, 0], embedding[2, 0] = 2.0, -2.0
        embedding[:, 1] = 0
        embedding[:, 2] = 1.0  # keeps the norm's root away from zero
        unembedding[3:5] = 0
        unembedding[3, 1], unembedding[4, 1] = 4.0, -4.0
        for block in model.blocks:
            block.attn.out.weight[1] = 0
            block.attn.out.bias[1] = 0
            block.mlp.down.weight[1] = 0
            block.mlp.down.bias[1] = 0
        mlp = model.blocks[0].mlp
        mlp.up.weight[NEURON] = 0
        mlp.up.weight[NEURON, 0] = 3.0
        mlp.up.bias[NEURON] = 0
        mlp.down.weight[1, NEURON] = 2.0
        mlp.down.bias[1] = -5.0
    return model.eval().requires_grad_(False)


def planted_means(model: SparseTransformer) -> NodeMeans:
    """Node means over random sequences."""
    tokens = torch.randint(12, (64, 8), generator=torch.Generator().manual_seed(1))
    return compute_node_means(model, [tokens], "random tokens")


def planted_values(model: SparseTransformer) -> MeanValues:
    """Mean ablation under `planted_means`."""
    return MeanValues(planted_means(model))


def planted_batch(count: int = 24) -> Batch:
    """Pairs that end in token 1 (answer 3) or 2 (answer 4), after random tokens."""
    generator = torch.Generator().manual_seed(2)
    pairs = []
    for _ in range(count):
        start = tuple(torch.randint(5, 12, (3,), generator=generator).tolist())
        pairs.append(Pair((*start, 1), (*start, 2), 3, 4, "first", "second", 0))
    return Batch.from_pairs(pairs)
