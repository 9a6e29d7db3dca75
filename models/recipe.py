"""A training recipe: a TOML file, checked, that with a seed decides the weights."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.config import ModelConfig
from models.corpus import CorpusConfig


class RecipeError(ValueError):
    """A recipe that cannot be read."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SparsityRecipe(_Section):
    """How many weights stay (Gao et al. 2025, A.2)."""

    nonzero_fraction: float = Field(gt=0, le=1, description="of every matrix and bias, at the end")
    anneal: float = Field(
        default=0.5, ge=0, le=1, description="share of the steps over which it falls from 1"
    )
    min_per_neuron: int = Field(default=0, ge=0, description="nonzeros a row and column keep")


class OptimizerRecipe(_Section):
    """AdamW and its schedule (Gao et al. 2025, A.2)."""

    learning_rate: float = Field(gt=0, description="before the sharkfin's 1/sqrt(nonzero fraction)")
    warmup: float = Field(default=0.01, ge=0, lt=1, description="share of the steps")
    betas: tuple[float, float] = (0.9, 0.95)
    eps: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.1, ge=0, description="on matrices and biases")
    grad_rms_clip: float | None = Field(
        default=1.0, gt=0, description="largest root mean square of the whole gradient"
    )


class RunRecipe(_Section):
    """How long and in what portions."""

    steps: int = Field(gt=0)
    batch: int = Field(default=64, gt=0, description="sequences of n_ctx tokens a step")
    held_out_windows: int = Field(default=256, gt=0, description="sequences the loss is held to")
    means_windows: int = Field(
        default=16_384, gt=0, description="sequences the node means are taken over"
    )
    log_every: int = Field(default=10, gt=0, description="steps")
    evaluate_every: int = Field(default=250, gt=0, description="steps")
    save_every: int = Field(default=250, gt=0, description="steps")
    bfloat16: bool = Field(
        default=False, description="autocast; pays where the hardware multiplies bfloat16"
    )


class Recipe(_Section):
    """Everything that decides a trained checkpoint."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", description="of the checkpoint")
    seed: int = Field(default=0, ge=0)
    vocab_size: int = Field(default=1024, ge=258, description="tokens of the BPE trained on it")
    corpus: CorpusConfig = CorpusConfig()
    model: ModelConfig
    sparsity: SparsityRecipe
    optimizer: OptimizerRecipe
    run: RunRecipe

    @model_validator(mode="before")
    @classmethod
    def _one_vocabulary(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("model"), dict):
            vocab_size = data.get("vocab_size", 1024)
            data = {**data, "model": {"vocab_size": vocab_size, **data["model"]}}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.model.vocab_size != self.vocab_size:
            raise ValueError(
                f"model.vocab_size={self.model.vocab_size} but vocab_size={self.vocab_size}: the "
                "model reads the tokens of the recipe's tokenizer; leave model.vocab_size out"
            )
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a recipe.

        Raises:
            RecipeError: the file is missing, is no TOML or breaks a rule; the message says where.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text()))
        except OSError as error:
            raise RecipeError(f"{path}: {error.strerror}; check the path") from None
        except tomllib.TOMLDecodeError as error:
            raise RecipeError(f"{path}: is no TOML: {error}") from None
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'recipe'}: {fault['msg']}"
                for fault in error.errors()
            )
            raise RecipeError(f"{path}: {faults}") from None
