"""What OpenAI's format and sparse_pretrain's have in common: a dictionary of dense tensors.

Each reads its configuration and names its tensors; the rest is here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.checkpoints.base import CARD_FILE, Checkpoint, assemble, read_json
from models.checkpoints.errors import CheckpointError
from models.checkpoints.pickles import PickledTensors
from models.checkpoints.tensors import TIED_NAME, check_tensors, tensor_shapes
from models.checkpoints.tokenizers import find_tokenizer
from models.config import ModelConfig

HALF_OR_SINGLE = (torch.float32, torch.bfloat16, torch.float16)
"""Element types of foreign weights; each is exact in float32."""


@dataclass(frozen=True)
class TensorNames:
    """How a format names what a `SparseTransformer` has.

    Attributes:
        outside: its names of what belongs to no layer, by ours without `.weight` and `.bias`.
        layers: what the names in a layer begin with, before the layer's number.
        in_layer: its names of what belongs to a layer, by ours.
    """

    outside: Mapping[str, str]
    layers: str
    in_layer: Mapping[str, str]

    def of(self, name: str) -> str:
        """The format's name of a tensor of our `state_dict`.

        Raises:
            KeyError: it has none.
        """
        head, _, rest = name.partition(".")
        if head != "blocks":
            return f"{self.outside[head]}.{rest}" if rest else self.outside[head]
        layer, _, rest = rest.partition(".")
        for ours, theirs in self.in_layer.items():
            if rest == ours or rest.startswith(f"{ours}."):
                return f"{self.layers}.{layer}.{theirs}{rest.removeprefix(ours)}"
        raise KeyError(f"{name!r} has no name in this format")


@dataclass(frozen=True)
class Foreign:
    """A folder whose configuration was read.

    Attributes:
        folder: where it lies.
        format: name of the format.
        weights: the file of its tensors.
        names: of the format.
        config: of the model.
        tied_by: which setting of which file ties the embeddings if they are tied, for messages.
        card: what is told of it if there is no card beside it.
        tokenizer: name of its tokenizer, or None.
    """

    folder: Path
    format: str
    weights: Path
    names: TensorNames
    config: ModelConfig
    tied_by: str
    card: dict[str, Any]
    tokenizer: str | None

    def open(self, found: PickledTensors, tokenizer_dirs: Sequence[Path]) -> Checkpoint:
        """The checkpoint; a bias on the logits that is left out is zero.

        Args:
            found: the tensors of the file, less those that have no part in the forward pass.
            tokenizer_dirs: folders whose subfolders are tokenizers.

        Raises:
            CheckpointError: the tensors do not fit the configuration, or what lies beside them is
                damaged or another model's.
        """
        config, names = self.config, self.names
        found.add_missing(names.of("logit_bias"), torch.zeros(config.vocab_size))
        shapes = tensor_shapes(config, available=len(found))
        theirs = {name: names.of(name) for name in shapes}
        expected = {theirs[name]: shape for name, shape in shapes.items()}
        if config.tied_embedding:
            expected[names.of(TIED_NAME)] = shapes["embedding.weight"]
        check_tensors(self.weights, found, expected, HALF_OR_SINGLE)
        if config.tied_embedding:
            self._check_tied(found)
        card = self.folder / CARD_FILE
        return assemble(
            self.folder,
            self.format,
            config,
            _Renamed(found, theirs),
            find_tokenizer(self.folder, self.tokenizer, tokenizer_dirs, config.vocab_size),
            read_json(card) if card.exists() else self.card,
            self.tokenizer,
        )

    def _check_tied(self, found: Mapping[str, Tensor]) -> None:
        unembedding, embedding = self.names.of(TIED_NAME), self.names.of("embedding.weight")
        if not torch.equal(found[unembedding], found[embedding]):
            raise CheckpointError(
                f"{self.weights}: {unembedding} and {embedding} differ, but {self.tied_by}: tied "
                "means that they are one tensor; set it to false if the weights are right"
            )


class _Renamed(Mapping[str, Tensor]):
    """Tensors of a file under our names, as float32; each is read when it is asked for."""

    def __init__(self, found: Mapping[str, Tensor], theirs: Mapping[str, str]) -> None:
        self._found, self._theirs = found, theirs

    def __getitem__(self, name: str) -> Tensor:
        return self._found[self._theirs[name]].float()

    def __iter__(self) -> Iterator[str]:
        return iter(self._theirs)

    def __len__(self) -> int:
        return len(self._theirs)
