"""The architecture of a transformer, as one frozen, checked value.

Every choice of Gao et al. 2025 (sections 2.1 and A.1) is a field here; nothing about an
architecture is decided anywhere else.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Norm(StrEnum):
    """Normalisation of what a block reads."""

    RMS = "rms"
    """RMSNorm: zero stays zero, so a silent residual channel is a silent input."""
    LAYER = "layer"
    """LayerNorm."""


class Activation(StrEnum):
    """Nonlinearity of the MLP."""

    GELU = "gelu"
    """The exact GELU (not the tanh approximation)."""
    RELU = "relu"


class Positions(StrEnum):
    """How a token's position enters the model."""

    NONE = "none"
    ADD = "add"
    """A learned vector of width d_model is added to the token embedding."""
    CONCATENATE = "concatenate"
    """A read-only vector of width d_position is appended to what every block reads."""


class TopKSite(StrEnum):
    """Where AbsTopK may be applied: the eight node sites and the residual stream itself."""

    ATTN_IN = "attn_in"
    ATTN_Q = "attn_q"
    ATTN_K = "attn_k"
    ATTN_V = "attn_v"
    ATTN_OUT = "attn_out"
    MLP_IN = "mlp_in"
    MLP_NEURON = "mlp_neuron"
    MLP_OUT = "mlp_out"
    RESID_PRE = "resid_pre"
    """The residual stream before a layer."""
    RESID_MID = "resid_mid"
    """The residual stream after attention was added."""
    RESID_POST = "resid_post"
    """The residual stream after the MLP was added."""


NODE_TOPK_SITES: tuple[TopKSite, ...] = (
    TopKSite.ATTN_IN,
    TopKSite.ATTN_Q,
    TopKSite.ATTN_K,
    TopKSite.ATTN_V,
    TopKSite.ATTN_OUT,
    TopKSite.MLP_IN,
    TopKSite.MLP_NEURON,
    TopKSite.MLP_OUT,
)


class ModelConfig(BaseModel):
    """Sizes and architectural choices of a `SparseTransformer`.

    Raises:
        pydantic.ValidationError: a value is out of range, or two of them contradict each other;
            the message names the values, the rule and the remedy.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocab_size: int = Field(gt=0, description="number of tokens")
    n_ctx: int = Field(gt=0, description="longest sequence, in tokens")
    n_layer: int = Field(gt=0, description="number of blocks (attention, then MLP)")
    d_model: int = Field(gt=0, description="residual channels")
    n_head: int = Field(gt=0, description="attention heads a layer")
    d_head: int = Field(gt=0, description="channels a head")
    d_mlp: int = Field(gt=0, description="neurons a layer")
    norm: Norm = Norm.RMS
    norm_eps: float | None = Field(
        default=None,
        ge=0,
        description="added under the root; None: machine epsilon for RMSNorm, 1e-5 for LayerNorm",
    )
    norm_bias: bool = Field(default=False, description="LayerNorm has a bias too")
    bias: bool = Field(default=True, description="the linear maps have biases")
    activation: Activation = Activation.GELU
    abs_topk_fraction: float | None = Field(
        default=None, gt=0, le=1, description="share of entries AbsTopK keeps; None: no AbsTopK"
    )
    abs_topk_sites: tuple[TopKSite, ...] = NODE_TOPK_SITES
    positions: Positions = Positions.NONE
    d_position: int = Field(default=0, ge=0, description="width of a concatenated position vector")
    attention_sink: bool = Field(
        default=False, description="one learned logit a head in the softmax denominator, value 0"
    )
    bigram_table: bool = Field(
        default=False, description="the current token's row [vocab] is added to the logits"
    )
    tied_embedding: bool = Field(default=False, description="unembedding = embedding")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        concatenated = self.positions is Positions.CONCATENATE
        if concatenated and self.d_position == 0:
            raise ValueError(
                "positions='concatenate' with d_position=0: a concatenated position needs a "
                "width; set d_position to 1 or more, or positions to 'none'"
            )
        if not concatenated and self.d_position:
            raise ValueError(
                f"d_position={self.d_position} with positions='{self.positions}': only "
                "concatenated positions have a width of their own; set d_position to 0"
            )
        if self.norm_bias and self.norm is Norm.RMS:
            raise ValueError("norm_bias=True with norm='rms': RMSNorm has no bias; set it to False")
        return self

    @property
    def d_attn(self) -> int:
        """Channels of q, of k and of v: all heads together."""
        return self.n_head * self.d_head

    @property
    def d_read(self) -> int:
        """Channels a block reads: the residual channels, then the position's."""
        return self.d_model + self.d_position

    def abs_topk(self, site: TopKSite, width: int) -> int | None:
        """How many of `width` entries AbsTopK keeps at a site; None where it is not applied."""
        if self.abs_topk_fraction is None or site not in self.abs_topk_sites:
            return None
        return max(1, int(self.abs_topk_fraction * width))
