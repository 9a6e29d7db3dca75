"""The report tells a circuit that has a double in the model from one that has none."""

from __future__ import annotations

from functools import cache

import pytest

from backend.circuits.circuit import Circuit, Provenance, slug_of
from backend.circuits.edges import induced_edges
from backend.circuits.faithfulness import FaithfulnessReport, ReportConfig, verify
from backend.circuits.report import measure_losses
from tasks import Split
from tests.backend.circuits.known.bench import PAIRS, TARGET, Known
from tests.backend.circuits.known.catalogue import REDUNDANT, SINGLE, known

QUICK = ReportConfig(
    pairs=PAIRS, random_sets=5, text_sets=1, subsets=10, stability=False, controls=False
)
single = pytest.mark.parametrize("name", SINGLE)
redundant = pytest.mark.parametrize("name", REDUNDANT)
either = pytest.mark.parametrize("name", [*SINGLE, *REDUNDANT])
LARGE = 0.3
"""Nats: a gap of nearly half of chance, ln 2 = 0.69."""


def document(model: Known) -> Circuit:
    """The circuit of the first copy's true nodes and all edges between them."""
    checkpoint, task, nodes = model.checkpoint, model.task, model.nodes(0)
    assert checkpoint.tokenizer is not None
    validation, test = (
        task.batch(checkpoint.tokenizer, split, PAIRS) for split in (Split.VALIDATION, Split.TEST)
    )
    losses, rescaling = measure_losses(
        checkpoint.model, model.values, nodes, validation, test, task.symmetric
    )
    edges = induced_edges(checkpoint.model, nodes)
    means = model.values.means.digest
    return Circuit(
        slug=slug_of(task.name, checkpoint.digest, means, nodes.names(), edges),
        nodes=nodes.names(),
        edges=edges,
        losses=losses,
        rescaling=rescaling,
        provenance=Provenance(
            checkpoint=checkpoint.name,
            checkpoint_digest=checkpoint.digest,
            means_digest=means,
            task=task.name,
            method="planted",
            seed=0,
            target_loss=TARGET,
            hyperparameters={},
            pairs={split.value: PAIRS for split in Split},
            validation_loss=losses.circuit.plain,
            versions={},
            seconds=0.0,
        ),
    )


@cache
def report(name: str) -> FaithfulnessReport:
    model = known(name)
    return verify(model.checkpoint, model.task, document(model), QUICK)


def outcome(name: str, line_id: str) -> bool | None:
    """Whether a line's criterion is met."""
    (line,) = [line for line in report(name).lines if line.id == line_id]
    return line.met


def gaps(name: str) -> dict[str, tuple[float, bool | None]]:
    """Value and outcome of the completeness lines."""
    lines = [line for line in report(name).lines if line.group == "completeness"]
    assert {line.id for line in lines} == {"completeness.random", "completeness.worst"}
    return {line.id: (line.value, line.met) for line in lines}


@single
def test_a_circuit_without_a_double_is_complete(name: str) -> None:
    found = gaps(name)
    assert all(met for _, met in found.values()), found


@redundant
def test_a_circuit_with_a_double_shows_a_gap_and_is_not_complete(name: str) -> None:
    found = gaps(name)
    assert all(value > LARGE and met is False for value, met in found.values()), found


@either
def test_a_planted_circuit_is_sufficient_under_mean_ablation(name: str) -> None:
    assert outcome(name, "sufficiency.mean.loss")


@single
def test_a_circuit_without_a_double_is_necessary(name: str) -> None:
    assert outcome(name, "necessity.accuracy")
    assert outcome(name, "necessity.damage")


@redundant
def test_a_circuit_with_a_double_is_not_necessary(name: str) -> None:
    assert outcome(name, "necessity.accuracy") is False


@either
def test_true_nodes_and_edges_are_needed_and_stray_edges_are_not(name: str) -> None:
    found, true = report(name), known(name).copies[0]
    assert {node.node for node in found.nodes if node.needed} == set(true.nodes)
    needed = {f"{edge.source}>{edge.target}" for edge in found.edges if edge.needed}
    assert needed == {edge.name for edge in true.edges}
