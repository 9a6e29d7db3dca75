"""What questions to a checkpoint cannot do without, and the error where a checkpoint lacks it."""

from __future__ import annotations

from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from models.means import NodeMeans
from models.tokenizer import Tokenizer


def tokenizer_of(checkpoint: Checkpoint) -> Tokenizer:
    """The checkpoint's tokenizer.

    Raises:
        InvalidRequestError: it has none.
    """
    if checkpoint.tokenizer is None:
        raise InvalidRequestError(
            f"Checkpoint {checkpoint.name!r} has no tokenizer; tasks and prompts are made of text.",
            remedy="Put its tokenizer.json beside the weights, or choose another checkpoint.",
        )
    return checkpoint.tokenizer


def means_of(checkpoint: Checkpoint) -> NodeMeans:
    """The checkpoint's node means.

    Raises:
        InvalidRequestError: it has none.
    """
    if checkpoint.node_means is None:
        raise InvalidRequestError(
            f"Checkpoint {checkpoint.name!r} has no node means, the values that nodes are ablated "
            "to.",
            remedy=f"Compute them with `circuit-explorer means {checkpoint.name}`, put "
            "node_means.safetensors into its folder, or choose another checkpoint.",
        )
    return checkpoint.node_means
