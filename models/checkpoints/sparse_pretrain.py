"""Checkpoints of sparse_pretrain: `config.json` + `pytorch_model.bin`.

The format of github.com/jacobcd52/sparse_pretrain_public. Its configuration has three parts,
`model_config`, `sparsity_config` and `training_config`, read with upstream's defaults. Some uploads
leave settings of AbsTopK out of `config.json`; the `training_config.yaml` beside it may have them.
The pickle is opened with `weights_only=True`, so it can hold tensors but run nothing.

What differs from OpenAI's format: heads are as many as fit (d_model / d_head), there is no bias on
the logits, sinks are part of the fused attention only, and AbsTopK may be taken of the residual
stream itself.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.checkpoints.base import (
    Checkpoint,
    CheckpointFormat,
    describe_validation,
    read_json,
)
from models.checkpoints.errors import CheckpointError
from models.checkpoints.foreign import Foreign, TensorNames
from models.checkpoints.pickles import PickledTensors, read_pickle
from models.config import Activation, ModelConfig, Norm, Positions, TopKSite

CONFIG_FILE = "config.json"
TRAINING_FILE = "training_config.yaml"
WEIGHTS_FILE = "pytorch_model.bin"

NAMES = TensorNames(
    outside={
        "embedding": "wte",
        "positions": "wpe",
        "final_norm": "ln_f",
        "unembedding": "lm_head",
        "logit_bias": "logit_bias",  # upstream has none; ours is zero
        "bigram": "bigram_table",
    },
    layers="blocks",
    in_layer={
        "attn_read.norm": "ln_1",
        "attn.qkv": "attn.c_attn",
        "attn.out": "attn.c_proj",
        "attn.sink": "attn.attn_fn.sink_logit",
        "mlp_read.norm": "ln_2",
        "mlp.up": "mlp.c_fc",
        "mlp.down": "mlp.c_proj",
    },
)
_LOCATIONS = {
    site.value: site
    for site in TopKSite
    if site is not TopKSite.RESID_POST  # the next layer's resid_pre
}
_CAUSAL_MASK = re.compile(r"blocks\.\d+\.attn\.causal_mask")
"""A buffer of models without fused attention, computed and not learned."""
_UNUSED_SINK = re.compile(r"blocks\.\d+\.attn\.attn_fn\.sink_logit")
_PARTS = frozenset({"model_config", "sparsity_config", "training_config"})


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Architecture(_Settings):
    """`model_config`, with upstream's defaults."""

    n_layer: int = Field(default=8, gt=0)
    d_model: int = Field(default=1024, gt=0)
    n_ctx: int = Field(default=256, gt=0)
    d_head: int = Field(default=16, gt=0)
    d_mlp: int | None = Field(default=None, gt=0, description="None: 4 * d_model")
    vocab_size: int = Field(gt=0)
    use_rms_norm: bool = True
    tie_embeddings: bool = False
    use_positional_embeddings: bool = False
    use_bigram_table: bool = True
    use_attention_sinks: bool = True
    activation: Literal["gelu", "relu"] = "gelu"
    dropout: float = Field(default=0, description="of training; without effect here")
    use_bias: bool = True
    use_flash_attention: bool = Field(default=True, description="fused; only it has sinks")


class ActivationSparsity(_Settings):
    """The part of `sparsity_config` that decides the forward pass."""

    enable_activation_sparsity: bool = True
    activation_topk_fraction: float = Field(default=0.25, gt=0, le=1)
    activation_sparsity_locations: str = (
        "attn_in,attn_out,mlp_in,mlp_out,mlp_neuron,attn_v,attn_k,attn_q"
    )


_WEIGHT_SPARSITY = frozenset(
    {
        "enable_weight_sparsity",
        "target_l0_fraction",
        "sparsity_anneal_start_fraction",
        "sparsity_anneal_end_fraction",
        "anneal_type",
        "min_weights_per_neuron",
    }
)
"""Settings of training: the weights are as sparse as they are."""

NAMELESS = ("", "none")
"""What stands for no tokenizer."""

S = TypeVar("S", bound=_Settings)


def _read_settings(folder: Path) -> tuple[Architecture, ActivationSparsity, str | None]:
    """Architecture, AbsTopK and the tokenizer's name; unknown settings are warned of.

    Raises:
        CheckpointError: a file is damaged, a part is missing, or a value is out of range.
    """
    path = folder / CONFIG_FILE
    content = read_json(path)
    if "model_config" not in content:
        kind = content.get("model_type")
        raise CheckpointError(
            f"{path} has no model_config"
            + (f" (its model_type is {kind!r})" if kind else "")
            + f": {WEIGHTS_FILE} is read as of sparse_pretrain only, whose configuration has the "
            f"parts {', '.join(sorted(_PARTS))}; a model of another program cannot be opened"
        )
    _warn_of_unknown(path, content, _PARTS)
    sparsity = {**_training_sparsity(folder), **_part(path, content, "sparsity_config")}
    architecture = _validated(path, "model_config", content, Architecture)
    merged = {"sparsity_config": sparsity}
    topk = _validated(path, "sparsity_config", merged, ActivationSparsity, _WEIGHT_SPARSITY)
    name = _part(path, content, "training_config").get("tokenizer_name")
    named = isinstance(name, str) and name not in NAMELESS
    return architecture, topk, name if named else None


def _part(path: Path, content: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = content.get(name) or {}
    if not isinstance(part, dict):
        raise CheckpointError(
            f"{path}: {name} is of type {type(part).__name__}, expected an object of settings; "
            "correct it"
        )
    return part


def _validated(
    path: Path,
    name: str,
    content: Mapping[str, Any],
    kind: type[S],
    inert: frozenset[str] = frozenset(),
) -> S:
    part = _part(path, content, name)
    known = set(kind.model_fields)
    _warn_of_unknown(path, part, known | inert)
    try:
        return kind.model_validate({key: value for key, value in part.items() if key in known})
    except ValidationError as error:
        raise CheckpointError(
            f"{name} of {path} cannot be used: {describe_validation(error)}; correct the named "
            "values"
        ) from error


def _warn_of_unknown(path: Path, part: Mapping[str, Any], known: Collection[str]) -> None:
    unknown = sorted(set(part) - set(known))
    if unknown:
        warnings.warn(
            f"{path}: settings {', '.join(unknown)} are unknown and ignored; if they change the "
            "forward pass, the model will differ from the original",
            stacklevel=2,
        )


def _training_sparsity(folder: Path) -> dict[str, Any]:
    """What `training_config.yaml` says of AbsTopK, if it is there."""
    path = folder / TRAINING_FILE
    if not path.is_file():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CheckpointError(
            f"cannot read {path} as YAML ({error}); fetch the file again, or remove it if "
            f"{CONFIG_FILE} has all settings"
        ) from error
    part = _part(path, content if isinstance(content, dict) else {}, "sparsity")
    return {key: part[key] for key in ActivationSparsity.model_fields if key in part}


def _model_config(path: Path, model: Architecture, topk: ActivationSparsity) -> ModelConfig:
    if model.d_model % model.d_head:
        raise CheckpointError(
            f"{path} has d_model={model.d_model} and d_head={model.d_head}: heads are "
            "d_model / d_head, a whole number; correct the two"
        )
    return ModelConfig(
        vocab_size=model.vocab_size,
        n_ctx=model.n_ctx,
        n_layer=model.n_layer,
        d_model=model.d_model,
        n_head=model.d_model // model.d_head,
        d_head=model.d_head,
        d_mlp=model.d_mlp or 4 * model.d_model,
        norm=Norm.RMS if model.use_rms_norm else Norm.LAYER,
        norm_bias=not model.use_rms_norm,
        bias=model.use_bias,
        activation=Activation(model.activation),
        abs_topk_fraction=(
            topk.activation_topk_fraction if topk.enable_activation_sparsity else None
        ),
        abs_topk_sites=_topk_sites(path, topk.activation_sparsity_locations),
        positions=Positions.ADD if model.use_positional_embeddings else Positions.NONE,
        attention_sink=model.use_attention_sinks and model.use_flash_attention,
        bigram_table=model.use_bigram_table,
        tied_embedding=model.tie_embeddings,
    )


def _topk_sites(path: Path, locations: str) -> tuple[TopKSite, ...]:
    # Upstream compares the names as they are: one with a space beside it never matches.
    names = locations.split(",") if locations else []
    ignored = [name for name in names if name not in _LOCATIONS]
    if ignored:
        warnings.warn(
            f"{path}: activation_sparsity_locations names {ignored}, which upstream ignores as "
            f"well; known are {', '.join(_LOCATIONS)}",
            stacklevel=2,
        )
    return tuple(site for name, site in _LOCATIONS.items() if name in names)


def _leave_out(found: PickledTensors, path: Path, model: Architecture) -> None:
    """Leave out what is in the file and has no part in the forward pass."""
    found.drop(_CAUSAL_MASK)
    if model.use_attention_sinks and not model.use_flash_attention:
        found.drop(_UNUSED_SINK)
        warnings.warn(
            f"{path} has use_attention_sinks=true and use_flash_attention=false: upstream leaves "
            "the sinks out then, and so does this program",
            stacklevel=2,
        )


def _read(folder: Path, tokenizer_dirs: Sequence[Path]) -> Checkpoint:
    path = folder / CONFIG_FILE
    architecture, topk, tokenizer_name = _read_settings(folder)
    foreign = Foreign(
        folder=folder,
        format=SPARSE_PRETRAIN.name,
        weights=folder / WEIGHTS_FILE,
        names=NAMES,
        config=_model_config(path, architecture, topk),
        tied_by=f"{CONFIG_FILE} has tie_embeddings=true",
        card={"source": "sparse_pretrain", "config": read_json(path)},
        tokenizer=tokenizer_name,
    )
    found = read_pickle(foreign.weights)
    _leave_out(found, path, architecture)
    return foreign.open(found, tokenizer_dirs)


SPARSE_PRETRAIN = CheckpointFormat("sparse_pretrain", (CONFIG_FILE, WEIGHTS_FILE), _read)
