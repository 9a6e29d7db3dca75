"""What a checkpoint is, in numbers, for the command line and the pages."""

from __future__ import annotations

from typing import Any

from models.checkpoints.base import Checkpoint
from models.sites import node_sites
from models.sparsity import nonzero_fraction, sparse_parameters
from models.transformer import SparseTransformer


def nonzero_fractions(model: SparseTransformer) -> dict[str, float]:
    """Nonzero share of each weight matrix, bias and embedding by name, each once.

    Norms, attention sinks and the bigram table are left out: they are never sparse.
    """
    return {
        name: int(tensor.count_nonzero()) / tensor.numel()
        for name, tensor in sparse_parameters(model)
    }


def describe(checkpoint: Checkpoint) -> dict[str, Any]:
    """Facts about a checkpoint, JSON-ready.

    Returns:
        name, format, digest; n_layer, d_model, d_mlp, n_head, vocab_size; parameters and nonzero
        (entries of all tensors but the bigram table, a tied embedding once); nonzero_fraction
        (of weight matrices, biases and embeddings together) and matrices (of each);
        held_out_loss (nats a token, from the card, or None); has_tokenizer, has_node_means;
        config; sites (each with site, width and abs_topk, None where AbsTopK is not applied);
        card.
    """
    model, config, card = checkpoint.model, checkpoint.config, checkpoint.card
    counted = [tensor for name, tensor in model.named_parameters() if name != "bigram"]
    loss = card.get("held_out_loss")
    return {
        "name": checkpoint.name,
        "format": checkpoint.format,
        "digest": checkpoint.digest,
        "n_layer": config.n_layer,
        "d_model": config.d_model,
        "d_mlp": config.d_mlp,
        "n_head": config.n_head,
        "vocab_size": config.vocab_size,
        "parameters": sum(tensor.numel() for tensor in counted),
        "nonzero": sum(int(tensor.count_nonzero()) for tensor in counted),
        "nonzero_fraction": nonzero_fraction(model),
        "held_out_loss": float(loss) if isinstance(loss, int | float) else None,
        "has_tokenizer": checkpoint.tokenizer is not None,
        "has_node_means": checkpoint.node_means is not None,
        "config": config.model_dump(mode="json"),
        "matrices": nonzero_fractions(model),
        "sites": [
            {
                "site": site.name,
                "width": site.width(config),
                "abs_topk": config.abs_topk(site.kind.topk_site, site.width(config)),
            }
            for site in node_sites(config)
        ],
        "card": card,
    }
