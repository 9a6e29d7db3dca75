"""What all checkpoint formats share: the result, and how its parts are put together.

A format is one module with a `CheckpointFormat`: the files that mark its folders and a function
that reads such a folder. It turns its own configuration into a `ModelConfig`, names its tensors as
our `state_dict` does, checks them (`tensors.check_tensors`) and hands them to `assemble`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from models.checkpoints.errors import CheckpointError
from models.checkpoints.tensors import build_model
from models.config import ModelConfig
from models.means import NodeMeans
from models.sparse_linear import named_tensors
from models.tokenizer import Tokenizer, TokenizerError
from models.transformer import SparseTransformer

CARD_FILE = "card.json"
NODE_MEANS_FILE = "node_means.safetensors"
HELD_OUT_FILE = "held_out.safetensors"
DIGEST_PART = 2**20
"""Entries that are hashed at once."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """An opened checkpoint: a model and what belongs to it."""

    name: str
    """The folder's name."""
    path: Path
    """The folder."""
    format: str
    """Name of the format it was read from: native, openai, sparse_pretrain."""
    model: SparseTransformer
    """In eval mode; no parameter requires a gradient."""
    tokenizer: Tokenizer | None
    """None where the folder has none."""
    config: ModelConfig
    node_means: NodeMeans | None
    """None where none were computed."""
    held_out: Tensor | None
    """[windows, pos] int64 tokens of held-out pretraining text; None where there are none."""
    digest: str
    """sha256 (hex) over config and tensors: the same model has the same in every format."""
    card: dict[str, Any]
    """Where the model comes from and what it was measured to do; empty if nothing is known."""
    tokenizer_name: str | None = None
    """The tokenizer its configuration names, brought along or not; None where it names none."""


@dataclass(frozen=True)
class CheckpointFormat:
    """How one format is recognised and read."""

    name: str
    files: tuple[str, ...]
    """A folder that holds all of these is of this format."""
    read: Callable[[Path, Sequence[Path]], Checkpoint]
    """Opens a folder of this format, given folders to look for tokenizers in; raises
    `CheckpointError`."""


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        CheckpointError: the file cannot be read, is not JSON, or holds no object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"cannot read {path} as JSON ({error}); fetch or write the file again"
        ) from error
    if not isinstance(content, dict):
        raise CheckpointError(
            f"{path} holds a JSON {type(content).__name__}, expected an object of settings"
        )
    return content


def describe_validation(error: ValidationError) -> str:
    """The broken rules of a pydantic error in one line: field, rule, value."""
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'settings'}: {each['msg']} (got {each['input']!r})"
        for each in error.errors()
    )


def model_digest(model: SparseTransformer) -> str:
    """sha256 (hex) over the configuration and the tensors, in the order of their names.

    A negative zero counts as zero: projection to sparse weights leaves either.
    """
    settings = model.config.model_dump(mode="json")
    settings["abs_topk_sites"] = sorted(settings["abs_topk_sites"])
    sha = hashlib.sha256(json.dumps(settings, sort_keys=True, separators=(",", ":")).encode())
    for name, value in named_tensors(model):
        sha.update(f"\n{name} {list(value.shape)} float32\n".encode())
        for part in value.cpu().float().contiguous().view(-1).split(DIGEST_PART):
            sha.update((part + 0.0).numpy().data)
    return sha.hexdigest()


def assemble(
    folder: Path,
    format_name: str,
    config: ModelConfig,
    tensors: Mapping[str, Tensor],
    tokenizer: Tokenizer | None,
    card: dict[str, Any],
    tokenizer_name: str | None = None,
) -> Checkpoint:
    """Make a checkpoint of parts that were checked; node means and held-out text beside the weights
    are read too.

    Args:
        folder: where it lies.
        format_name: of the format it was read from.
        config: of the model.
        tensors: float32 by `state_dict` name, as `tensor_shapes` lists them.
        tokenizer: None if there is none.
        card: its card.
        tokenizer_name: as its configuration names it.

    Raises:
        CheckpointError: the tokenizer has more tokens than the model, or the node means or the
            held-out text are damaged or another model's.
    """
    if tokenizer is not None and tokenizer.vocab_size > config.vocab_size:
        raise CheckpointError(
            f"the tokenizer of {folder} has {tokenizer.vocab_size} tokens, the model only "
            f"{config.vocab_size}: each token needs a row of the embedding; put the tokenizer that "
            "the model was trained with beside it"
        )
    model = build_model(config, tensors)
    return Checkpoint(
        name=folder.name,
        path=folder,
        format=format_name,
        model=model,
        tokenizer=tokenizer,
        config=config,
        node_means=_read_node_means(folder / NODE_MEANS_FILE, config),
        held_out=_read_held_out(folder / HELD_OUT_FILE, config),
        digest=model_digest(model),
        card=card,
        tokenizer_name=tokenizer_name,
    )


def read_tokenizer(load: Callable[[], Tokenizer]) -> Tokenizer:
    """The tokenizer that a function loads, its errors turned into `CheckpointError`."""
    try:
        return load()
    except TokenizerError as error:
        raise CheckpointError(str(error)) from error


def _read_node_means(path: Path, config: ModelConfig) -> NodeMeans | None:
    if not path.exists():
        return None
    try:
        means = NodeMeans.load(path)
        means.check(config)
    except ValueError as error:
        raise CheckpointError(f"{path}: {error}, or remove the file") from error
    return means


def _read_held_out(path: Path, config: ModelConfig) -> Tensor | None:
    if not path.exists():
        return None
    try:
        tokens = load_file(path).get("tokens")
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"cannot read {path} ({error}); write it again, or remove it"
        ) from error
    if tokens is None:
        raise CheckpointError(f"{path} holds no tensor 'tokens'; write it again, or remove it")
    try:
        check_held_out(tokens, config)
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}, or remove the file") from error
    return tokens.long()


def check_held_out(tokens: Tensor, config: ModelConfig) -> None:
    """Check that held-out tokens can be read by a model.

    Raises:
        CheckpointError: they are not integers [windows, pos], or exceed the model's vocabulary or
            context.
    """
    if tokens.ndim != 2 or tokens.is_floating_point() or not tokens.numel():
        raise CheckpointError(
            f"held-out tokens are {tokens.dtype} {list(tokens.shape)}, expected integers "
            "[windows, pos]; write them again"
        )
    low, high = int(tokens.min()), int(tokens.max())
    if tokens.shape[1] > config.n_ctx or low < 0 or high >= config.vocab_size:
        raise CheckpointError(
            f"held-out tokens run from {low} to {high} in windows of {tokens.shape[1]}, the model "
            f"has {config.vocab_size} tokens and a context of {config.n_ctx}; write them again"
        )
