"""How many entries of each weight matrix, bias and embedding are nonzero."""

from __future__ import annotations

from dataclasses import dataclass

from models.sparse_linear import SparseLinear
from models.sparsity import sparse_parameters
from models.transformer import SparseTransformer


@dataclass(frozen=True)
class MatrixCount:
    """A tensor of a model and how many of its entries are nonzero."""

    name: str
    shape: tuple[int, ...]
    entries: int
    nonzero: int

    @property
    def fraction(self) -> float:
        """Share of the entries that are nonzero: nonzero / entries."""
        return self.nonzero / self.entries


def matrix_counts(model: SparseTransformer) -> list[MatrixCount]:
    """Nonzero entries of each weight matrix, bias and embedding, in the model's order.

    nonzero(W) = number of (i, j) with W[i, j] != 0. Norms, attention sinks and the bigram table
    are left out, for they are never sparse; a tied unembedding is counted once, as the embedding.
    Maps kept by their nonzero weights are counted without making their matrix.
    """
    counts = []
    for name, parameter in sparse_parameters(model):
        owner, _, kind = name.rpartition(".")
        module = model.get_submodule(owner)
        if isinstance(module, SparseLinear) and kind == "weight":
            nonzero = len(module.rows[2])
        else:
            nonzero = int(parameter.count_nonzero())
        counts.append(MatrixCount(name, tuple(parameter.shape), parameter.numel(), nonzero))
    return counts
