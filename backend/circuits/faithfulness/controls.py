"""A checkpoint with its wiring shuffled: what a search finds where nothing was learned.

If a search finds as small a circuit in a model whose weights are in random places, then its
circuits tell of the search and not of the model. The control keeps all that does not belong to
circuits: embedding, positions, biases, norms, sinks, bigram table and unembedding, which are never
ablated, stay as trained. Of each matrix that holds edges (`models.sites.EDGE_KINDS`: act_in to q,
to k, to v, v to resid_delta, act_in to post_act, post_act to resid_delta) the entries are permuted
among all its places, so that the number of nonzero weights and their values stay and only their
places change. Search spaces of model and control are equal in nodes, in edges and in sizes of
weights.

Embedding and unembedding are not shuffled because that would make the control weaker: a search
that is given the trained ones may still find, by chance, a path from a token's channels to an
answer's, and that is what is to be ruled out.

Sources: C. Shi et al., "Hypothesis testing the circuit hypothesis in LLMs" (2024); J. Drori,
"Weight-sparse circuits may be interpretable yet unfaithful" (2026).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import torch
from torch import Tensor

from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint, model_digest
from models.means import NodeMeans, compute_node_means
from models.sites import edge_sites
from models.sparse_linear import freeze
from models.transformer import SparseTransformer

MEANS_BATCH = 32
"""Windows a pass while node means are taken."""


def shuffled_checkpoint(checkpoint: Checkpoint, seed: int) -> Checkpoint:
    """A checkpoint with the weights of each edge matrix permuted among the matrix's places.

    Args:
        checkpoint: is left as it is, and shares no tensor with the result but the held-out text.
        seed: of the permutations; the same seed gives the same checkpoint.

    Returns:
        The control: same configuration, tokenizer and held-out text; a name, a digest and a card
        of its own; node means of its own, over the held-out text. Nothing is written; `path` is
        the original's.

    Raises:
        InvalidRequestError: the checkpoint has no held-out text to take node means over.
    """
    if checkpoint.held_out is None:
        raise InvalidRequestError(
            f"Checkpoint {checkpoint.name!r} has no held-out text; a shuffled control needs node "
            "means of its own, taken over it.",
            remedy="Put held_out.safetensors into its folder, or leave the controls out.",
        )
    model = _copy(checkpoint.model)
    generator = torch.Generator().manual_seed(seed)
    for source, target in edge_sites(model.config):
        _shuffle(model.edge_weight(source, target), generator)
    freeze(model)
    return replace(
        checkpoint,
        name=f"{checkpoint.name} (weights shuffled, seed {seed})",
        model=model,
        node_means=_means(model, checkpoint.held_out),
        digest=model_digest(model),
        card={"control": "weights shuffled", "seed": seed, "of": checkpoint.digest},
    )


def _copy(model: SparseTransformer) -> SparseTransformer:
    """A model with dense maps and tensors of its own; none is drawn at random on the way."""
    with torch.device("meta"):
        copy = SparseTransformer(model.config)
    state = {name: value.detach().clone() for name, value in model.state_dict().items()}
    copy.load_state_dict(state, assign=True)
    if model.config.tied_embedding:
        copy.unembedding.weight = copy.embedding.weight
    return copy


@torch.no_grad()
def _shuffle(matrix: Tensor, generator: torch.Generator) -> None:
    """Permute all entries of a matrix (a view of a parameter), zeros among them, in place."""
    places = torch.randperm(matrix.numel(), generator=generator)
    matrix.copy_(matrix.flatten()[places].view_as(matrix))


def _means(model: SparseTransformer, held_out: Tensor) -> NodeMeans:
    """Node means over held-out text, [windows, pos]."""
    digest = hashlib.sha256(held_out.contiguous().numpy().tobytes()).hexdigest()
    return compute_node_means(model, held_out.split(MEANS_BATCH), digest)
