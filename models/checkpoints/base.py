"""What all checkpoint formats share: the result, the error, and the checks on tensors.

A format is one module with a `CheckpointFormat`: the files that mark its folders and a function
that reads such a folder. It turns its own configuration into a `ModelConfig` and its tensors into
those of our `state_dict`, checks them with `check_tensors` and hands them to `assemble`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from models.config import ModelConfig
from models.means import NodeMeans
from models.sparse_linear import freeze
from models.tokenizer import Tokenizer, TokenizerError
from models.transformer import SparseTransformer

CARD_FILE = "card.json"
NODE_MEANS_FILE = "node_means.safetensors"
HELD_OUT_FILE = "held_out.safetensors"
TIED_NAME = "unembedding.weight"
"""The tensor that a tied embedding makes a second name of `embedding.weight`."""


class CheckpointError(ValueError):
    """A checkpoint cannot be opened or written; the message names all that is wrong with it."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """An opened checkpoint: a model and what belongs to it."""

    name: str
    """The folder's name."""
    path: Path
    """The folder."""
    format: str
    """Name of the format it was read from: native, openai."""
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


@dataclass(frozen=True)
class CheckpointFormat:
    """How one format is recognised and read."""

    name: str
    files: tuple[str, ...]
    """A folder that holds all of these is of this format."""
    read: Callable[[Path], Checkpoint]
    """Opens a folder of this format; raises `CheckpointError`."""


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


def tensor_shapes(config: ModelConfig, available: int) -> dict[str, torch.Size]:
    """Shape of every tensor of a model by `state_dict` name, a tied unembedding left out.

    Args:
        config: of the model; nothing of its size is allocated.
        available: tensors that there are. Each layer has several, so a configuration of more
            layers than this is wrong for certain, and is refused before a model is built.

    Raises:
        CheckpointError: too many layers, or sizes that no tensor can have.
    """
    if config.n_layer > available:
        raise CheckpointError(
            f"the configuration has {config.n_layer} layers, the weights only {available} tensors; "
            "correct the number of layers, or fetch the weights that belong to it"
        )
    shapes = {name: value.shape for name, value in _skeleton(config).state_dict().items()}
    if config.tied_embedding:
        del shapes[TIED_NAME]
    return shapes


def _skeleton(config: ModelConfig) -> SparseTransformer:
    try:
        with torch.device("meta"):
            return SparseTransformer(config)
    except RuntimeError as error:
        raise CheckpointError(
            f"no model can have the sizes of this configuration ({error}); correct them"
        ) from error


def check_tensors(
    path: Path,
    found: Mapping[str, object],
    expected: Mapping[str, torch.Size],
    dtypes: Collection[torch.dtype] = (torch.float32,),
) -> None:
    """Check a file's tensors against those that its configuration asks for.

    Args:
        path: the file, for the message.
        found: the tensors under the names they have in the file.
        expected: shapes by the same names.
        dtypes: element types that can be converted to float32 without loss.

    Raises:
        CheckpointError: any are missing, unexpected, misshapen, of another type or not finite;
            all are named, with their sizes.
    """
    problems = [
        f"missing: {name} {list(shape)}" for name, shape in expected.items() if name not in found
    ]
    for name, value in found.items():
        if not isinstance(value, Tensor):
            problems.append(f"no tensor: {name} is of type {type(value).__name__}")
        elif name not in expected:
            problems.append(f"unexpected: {name} {list(value.shape)}")
        elif value.shape != expected[name]:
            problems.append(
                f"misshapen: {name} is {list(value.shape)}, expected {list(expected[name])}"
            )
        elif value.dtype not in dtypes or value.layout is not torch.strided:
            problems.append(
                f"mistyped: {name} holds {value.dtype} ({value.layout}), expected one of "
                f"{', '.join(map(str, dtypes))}"
            )
        elif not value.isfinite().all():
            bad = int((~value.isfinite()).sum())
            problems.append(f"not finite: {name} has {bad} NaN or infinite of {value.numel()}")
    if problems:
        raise CheckpointError(
            f"the tensors of {path} do not fit the configuration beside it:\n  "
            + "\n  ".join(problems)
            + "\nCorrect the sizes in the configuration, or fetch the weights that belong to it."
        )


def model_digest(model: SparseTransformer) -> str:
    """sha256 (hex) over the configuration and the tensors, in the order of their names.

    A negative zero counts as zero: projection to sparse weights leaves either.
    """
    settings = model.config.model_dump(mode="json")
    settings["abs_topk_sites"] = sorted(settings["abs_topk_sites"])
    sha = hashlib.sha256(json.dumps(settings, sort_keys=True, separators=(",", ":")).encode())
    for name, value in sorted(model.state_dict().items()):
        sha.update(f"\n{name} {list(value.shape)} float32\n".encode())
        sha.update((value.detach().cpu().float() + 0.0).contiguous().view(-1).numpy().data)
    return sha.hexdigest()


def assemble(
    folder: Path,
    format_name: str,
    config: ModelConfig,
    tensors: Mapping[str, Tensor],
    tokenizer: Tokenizer | None,
    card: dict[str, Any],
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

    Raises:
        CheckpointError: the tokenizer has more tokens than the model, or the node means or the
            held-out text are damaged or another model's.
    """
    if tokenizer is not None and tokenizer.vocab_size > config.vocab_size:
        raise CheckpointError(
            f"the tokenizer of {folder} has {tokenizer.vocab_size} tokens, the model only "
            f"{config.vocab_size}; put the tokenizer that the model was trained with beside it"
        )
    model = _skeleton(config)
    state = dict(tensors)
    if config.tied_embedding:
        state[TIED_NAME] = state["embedding.weight"]
    model.load_state_dict(state, assign=True)
    if config.tied_embedding:
        model.unembedding.weight = model.embedding.weight
    freeze(model)
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
