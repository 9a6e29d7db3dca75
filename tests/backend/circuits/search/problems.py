"""The planted model as a search problem."""

from __future__ import annotations

from backend.circuits.alone import Alone
from backend.circuits.search import SearchConfig
from backend.circuits.search.config import Watcher
from backend.circuits.search.problem import Problem
from models.transformer import SparseTransformer
from tasks import Batch
from tests.backend.circuits.planted import planted_batch, planted_model, planted_values


def planted_problem(
    config: SearchConfig | None = None,
    watcher: Watcher | None = None,
    model: SparseTransformer | None = None,
    batch: Batch | None = None,
) -> Problem:
    """Find the planted circuit; its pairs are training and validation pairs alike."""
    model, batch = model or planted_model(), batch or planted_batch()
    values = planted_values(model)
    return Problem(
        model,
        values,
        batch,
        batch,
        config or SearchConfig(swaps=3),
        watcher or Watcher(),
        Alone(model, values, batch),
    )
