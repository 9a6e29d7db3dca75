"""Circuits small enough to know everything about: in the micro model and in the planted one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from backend.circuits.ablation import AblationValue, MeanValues, ZeroValues
from backend.circuits.edges import NO_EDGES
from backend.circuits.faithfulness.config import ReportConfig
from backend.circuits.faithfulness.document import ReportLine
from backend.circuits.faithfulness.lines import Part
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.nodes import NodeSet
from models.means import NodeMeans
from models.sites import node_sites
from models.transformer import SparseTransformer
from tasks import Batch, Pair
from tests.backend.circuits.planted import (
    NEURON,
    TRUE_NODES,
    planted_batch,
    planted_model,
    planted_values,
)
from tests.micro_model import MICRO_CONFIG, micro_model

# The micro model's logits after [0, 1] are (2, -7, 9), after [0] they are (7, 9, 9): the logit
# differences are 9 and 2. Without neuron 1 those after [0, 1] are (6, -5, 11): 11 and 2.
MICRO_PAIRS = Batch.from_pairs([Pair((0, 1), (0,), 0, 1, "first", "second", 0)])
CONFIG = ReportConfig(random_sets=10, subsets=8, ascent_steps=4)


def micro_subject(**changes: Any) -> Subject:
    """Everything but neuron 1 of the micro model; ablated nodes get 0."""
    zeros = {site.name: torch.zeros(site.width(MICRO_CONFIG)) for site in node_sites(MICRO_CONFIG)}
    fields: dict[str, Any] = {
        "model": micro_model(),
        "nodes": ~NodeSet.of(MICRO_CONFIG, ["0.mlp.post_act.1"]),
        "dropped": NO_EDGES,
        "test": MICRO_PAIRS,
        "validation": MICRO_PAIRS,
        "values": {
            AblationValue.MEAN: MeanValues(NodeMeans(zeros, "zeros", 1)),
            AblationValue.ZERO: ZeroValues(),
        },
        "target": 0.15,
        "config": CONFIG,
    }
    return Subject(**fields | changes)


def templated(batch: Batch, templates: int = 3) -> Batch:
    """The batch with its pairs spread over templates."""
    return replace(batch, template=(torch.arange(batch.pairs) % templates).repeat(2))


def planted_subject(
    names: Sequence[str] = TRUE_NODES, model: SparseTransformer | None = None, **changes: Any
) -> Subject:
    """Some nodes of the planted model, the true ones by default."""
    model = planted_model() if model is None else model
    fields: dict[str, Any] = {
        "model": model,
        "nodes": NodeSet.of(model.config, names),
        "dropped": NO_EDGES,
        "test": templated(planted_batch(24)),
        "validation": templated(planted_batch(12)),
        "values": {AblationValue.MEAN: planted_values(model), AblationValue.ZERO: ZeroValues()},
        "target": 0.15,
        "config": CONFIG,
    }
    return Subject(**fields | changes)


def redundant_model(copies: int = 1) -> SparseTransformer:
    """The planted model with copies of its neuron, each able to do the task alone."""
    model = planted_model()
    mlp = model.blocks[0].mlp
    with torch.no_grad():
        for copy in range(NEURON + 1, NEURON + 1 + copies):
            mlp.up.weight[copy], mlp.up.bias[copy] = mlp.up.weight[NEURON], mlp.up.bias[NEURON]
            mlp.down.weight[:, copy] = mlp.down.weight[:, NEURON]
    return model


def by_id(part: Part) -> dict[str, ReportLine]:
    """The lines of a part by their ids."""
    return {line.id: line for line in part.lines}
