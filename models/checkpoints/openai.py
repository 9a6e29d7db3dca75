"""OpenAI's checkpoints: `beeg_config.json` + `final_model.pt` (github.com/openai/circuit_sparsity).

Their configuration is read with its own defaults, their tensors are renamed to ours. Upstream
loads with strict=False and ignores what does not fit; here everything must fit. The pickle is
opened with `weights_only=True`, so it can hold tensors but run nothing. A tokenizer
(`tinypython/` with `encoder.json` and `vocab.bpe`) is taken from the folder or its parent.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.checkpoints.base import (
    Checkpoint,
    CheckpointFormat,
    describe_validation,
    read_json,
)
from models.checkpoints.errors import CheckpointError
from models.checkpoints.foreign import Foreign, TensorNames
from models.checkpoints.pickles import read_pickle
from models.config import Activation, ModelConfig, Norm, Positions, TopKSite
from models.sites import NodeSite, SiteKind

CONFIG_FILE = "beeg_config.json"
WEIGHTS_FILE = "final_model.pt"

_TOPK_SITES = {
    "attn_in": TopKSite.ATTN_IN,
    "attn_q": TopKSite.ATTN_Q,
    "attn_k": TopKSite.ATTN_K,
    "attn_v": TopKSite.ATTN_V,
    "attn_out": TopKSite.ATTN_OUT,
    "mlp_in": TopKSite.MLP_IN,
    "mlp_neuron": TopKSite.MLP_NEURON,
    "mlp_out": TopKSite.MLP_OUT,
    "resid_post_attn": TopKSite.RESID_MID,
    "resid_post_mlp": TopKSite.RESID_POST,
}
NAMES = TensorNames(
    outside={
        "embedding": "transformer.wte",
        "positions": "transformer.wpe",
        "final_norm": "transformer.ln_f",
        "unembedding": "lm_head",
        "logit_bias": "final_logits_bias",
        "bigram": "bigram_table",
    },
    layers="transformer.h",
    in_layer={
        "attn_read.norm": "ln_1",
        "attn_read.position_norm": "ln_p1",
        "attn.qkv": "attn.c_attn",
        "attn.out": "attn.c_proj",
        "attn.sink": "attn.attn_imp.sink_logit",
        "mlp_read.norm": "ln_2",
        "mlp_read.position_norm": "ln_p2",
        "mlp.up": "mlp.c_fc",
        "mlp.down": "mlp.c_proj",
    },
)
_CAUSAL_MASK = re.compile(r"transformer\.h\.\d+\.attn\.bias")
"""A buffer of old runs, computed and not learned."""
_INERT = frozenset(
    {
        "bigram_table_rank",
        "debug_nans",
        "dropout",
        "dropout_cat_pos_emb",
        "enable_sparse_kernels",
        "flash",
        "grad_checkpointing",
        "learnable_bigram_table",
        "pfrac",
        "sinusoidal_cat_pos_emb",
    }
)
"""Settings of training or speed: the weights and the forward pass are the same either way."""


class OpenAIConfig(BaseModel):
    """The settings of `beeg_config.json` that decide the forward pass, with upstream's defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    block_size: int = Field(default=1024, gt=0, description="longest sequence, in tokens")
    vocab_size: int = Field(default=50304, gt=0)
    n_layer: int = Field(default=12, gt=0)
    n_head: int = Field(default=12, gt=0)
    d_head: int | None = Field(default=None, gt=0, description="None: d_model / n_head")
    d_model: int = Field(default=768, gt=0)
    d_mlp: int | None = Field(default=None, gt=0, description="None: 4 * d_model")
    bias: bool = True
    ln_bias: bool = Field(default=True, description="of LayerNorm; RMSNorm has none")
    rms_norm: bool = False
    residual_activation_type: Literal["identity", "relu"] = "identity"
    activation_type: Literal["gelu", "relu"] = "gelu"
    afrac: float | None = Field(default=None, gt=0, le=1, description="share AbsTopK keeps")
    afrac_loctypes: str = "attn_in,attn_out,mlp_in,mlp_out"
    tied_unembed: bool = True
    tokenizer_name: str | None = "tinypython_2k"
    enable_bigram_table: bool = False
    d_pos_emb: int | None = Field(default=None, gt=0, description="None: positions are added")
    sink: bool = False
    use_tied_aux_matrix: bool | None = False

    @classmethod
    def read(cls, path: Path) -> OpenAIConfig:
        """Read a `beeg_config.json`; settings that nobody knows are warned of and ignored.

        Raises:
            CheckpointError: the file is damaged, a value is out of range, or it asks for
                something that this program has no model for.
        """
        settings = read_json(path)
        old_name = settings.pop("n_mlp", None)
        if old_name is not None and settings.setdefault("d_mlp", old_name) != old_name:
            raise CheckpointError(
                f"{path} has n_mlp={old_name!r} and d_mlp={settings['d_mlp']!r}, two names of one "
                "number; remove the wrong one"
            )
        unknown = sorted(set(settings) - set(cls.model_fields) - _INERT)
        if unknown:
            warnings.warn(
                f"{path}: settings {', '.join(unknown)} are unknown and ignored; if they change "
                "the forward pass, the model will differ from the original",
                stacklevel=2,
            )
        known = {key: value for key, value in settings.items() if key in cls.model_fields}
        try:
            config = cls.model_validate(known)
        except ValidationError as error:
            raise CheckpointError(
                f"{path} cannot be used: {describe_validation(error)}; correct the named values"
            ) from error
        if config.use_tied_aux_matrix:
            raise CheckpointError(
                f"{path} has use_tied_aux_matrix=true: its auxiliary matrix is published nowhere "
                "and cannot be applied; choose a checkpoint without it"
            )
        if config.residual_activation_type == "relu":
            raise CheckpointError(
                f"{path} has residual_activation_type='relu': a residual stream that passes "
                "through ReLU is not supported, only 'identity'; choose another checkpoint"
            )
        return config

    def to_model_config(self, path: Path) -> ModelConfig:
        """The same architecture in our words.

        Args:
            path: of the file, for the messages.

        Raises:
            CheckpointError: d_head is left out and no whole number, or AbsTopK would keep nothing.
        """
        if self.d_head is None and self.d_model % self.n_head:
            raise CheckpointError(
                f"{path} has no d_head, and d_model={self.d_model} is no multiple of "
                f"n_head={self.n_head}; add d_head or correct the two"
            )
        config = ModelConfig(
            vocab_size=self.vocab_size,
            n_ctx=self.block_size,
            n_layer=self.n_layer,
            d_model=self.d_model,
            n_head=self.n_head,
            d_head=self.d_head or self.d_model // self.n_head,
            d_mlp=self.d_mlp or 4 * self.d_model,
            norm=Norm.RMS if self.rms_norm else Norm.LAYER,
            norm_bias=self.ln_bias and not self.rms_norm,
            bias=self.bias,
            activation=Activation(self.activation_type),
            abs_topk_fraction=self.afrac,
            abs_topk_sites=self._topk_sites(path),
            positions=Positions.ADD if self.d_pos_emb is None else Positions.CONCATENATE,
            d_position=self.d_pos_emb or 0,
            attention_sink=self.sink,
            bigram_table=self.enable_bigram_table,
            tied_embedding=self.tied_unembed,
        )
        empty = [
            f"{name} of width {width}"
            for name, width in self._topk_widths(config).items()
            if self.afrac is not None and int(self.afrac * width) == 0
        ]
        if empty:
            raise CheckpointError(
                f"{path} has afrac={self.afrac}, which keeps no entry at {', '.join(empty)}: "
                "int(afrac * width) is 0; correct afrac or the sizes"
            )
        return config

    @staticmethod
    def _topk_widths(config: ModelConfig) -> dict[TopKSite, int]:
        widths = {kind.topk_site: NodeSite(0, kind).width(config) for kind in SiteKind}
        return {site: widths.get(site, config.d_model) for site in config.abs_topk_sites}

    def _topk_sites(self, path: Path) -> tuple[TopKSite, ...]:
        # Upstream compares the names as they are: one with a space beside it never matches.
        names = self.afrac_loctypes.split(",") if self.afrac_loctypes else []
        ignored = [name for name in names if name not in _TOPK_SITES]
        if ignored:
            warnings.warn(
                f"{path}: afrac_loctypes names {ignored}, which upstream ignores as well; known "
                f"are {', '.join(_TOPK_SITES)}",
                stacklevel=3,
            )
        return tuple(site for name, site in _TOPK_SITES.items() if name in names)


def _read(folder: Path, tokenizer_dirs: Sequence[Path]) -> Checkpoint:
    path = folder / CONFIG_FILE
    settings = OpenAIConfig.read(path)
    foreign = Foreign(
        folder=folder,
        format=OPENAI.name,
        weights=folder / WEIGHTS_FILE,
        names=NAMES,
        config=settings.to_model_config(path),
        tied_by=f"{CONFIG_FILE} has tied_unembed=true (its default)",
        card={"source": "OpenAI circuit_sparsity", "beeg_config": read_json(path)},
        tokenizer=settings.tokenizer_name,
    )
    found = read_pickle(foreign.weights)
    found.drop(_CAUSAL_MASK)
    return foreign.open(found, tokenizer_dirs)


OPENAI = CheckpointFormat("openai", (CONFIG_FILE, WEIGHTS_FILE), _read)
