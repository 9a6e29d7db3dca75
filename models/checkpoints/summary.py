"""What a checkpoint is, in numbers, for the command line and the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.checkpoints.base import Checkpoint
from models.sites import node_sites
from models.sparse_linear import named_tensors
from models.sparsity import sparse_parameters
from models.transformer import SparseTransformer


@dataclass(frozen=True)
class _Count:
    """Entries of a tensor; `projected` ones belong to matrices, biases and embeddings."""

    nonzero: int
    entries: int
    projected: bool


def nonzero_fractions(model: SparseTransformer) -> dict[str, float]:
    """Nonzero share of each weight matrix, bias and embedding by name, each once.

    Norms, attention sinks and the bigram table are left out: they are never sparse.
    """
    return _fractions(_count(model))


def _count(model: SparseTransformer) -> dict[str, _Count]:
    """Every tensor by name in the model's order, a tied unembedding left out."""
    projected = {name for name, _ in sparse_parameters(model)}
    order = {name: place for place, name in enumerate(name for name, _ in model.named_parameters())}
    counts = {
        name: _Count(int(value.count_nonzero()), value.numel(), name in projected)
        for name, value in named_tensors(model)
        if name in order
    }
    return dict(sorted(counts.items(), key=lambda item: order[item[0]]))


def _fractions(counts: dict[str, _Count]) -> dict[str, float]:
    return {
        name: count.nonzero / count.entries for name, count in counts.items() if count.projected
    }


def _total(counts: list[_Count]) -> float:
    return sum(count.nonzero for count in counts) / sum(count.entries for count in counts)


def describe(checkpoint: Checkpoint) -> dict[str, Any]:
    """Facts about a checkpoint, JSON-ready.

    Returns:
        name, format, digest; n_layer, d_model, d_mlp, n_head, vocab_size; parameters and nonzero
        (entries of all tensors but the bigram table, a tied embedding once); nonzero_fraction
        (of weight matrices, biases and embeddings together) and matrices (of each);
        held_out_loss (nats a token, from the card, or None); has_tokenizer, has_node_means;
        tokenizer (name as the configuration has it or None, and kind and vocab_size, None where it
        was not found) and node_means (tokens, corpus_digest, digest, or None); config; sites (each
        with site, width and abs_topk, None where AbsTopK is not applied); card.
    """
    config, card, means = checkpoint.config, checkpoint.card, checkpoint.node_means
    tokenizer, loss = checkpoint.tokenizer, card.get("held_out_loss")
    counts = _count(checkpoint.model)
    counted = [count for name, count in counts.items() if name != "bigram"]
    projected = [count for count in counts.values() if count.projected]
    return {
        "name": checkpoint.name,
        "format": checkpoint.format,
        "digest": checkpoint.digest,
        "n_layer": config.n_layer,
        "d_model": config.d_model,
        "d_mlp": config.d_mlp,
        "n_head": config.n_head,
        "vocab_size": config.vocab_size,
        "parameters": sum(count.entries for count in counted),
        "nonzero": sum(count.nonzero for count in counted),
        "nonzero_fraction": _total(projected),
        "held_out_loss": float(loss) if isinstance(loss, int | float) else None,
        "has_tokenizer": tokenizer is not None,
        "has_node_means": means is not None,
        "tokenizer": {
            "name": checkpoint.tokenizer_name,
            "kind": None if tokenizer is None else tokenizer.kind,
            "vocab_size": None if tokenizer is None else tokenizer.vocab_size,
        },
        "node_means": None if means is None else means.source(),
        "config": config.model_dump(mode="json"),
        "matrices": _fractions(counts),
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
