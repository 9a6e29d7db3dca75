"""The forms in which a circuit is handed out; docs/formats.md describes each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from backend.circuits.answer import answer
from backend.circuits.bundle import Bundle
from backend.circuits.circuit import Circuit
from backend.circuits.exchange.attribution import attribution_graph
from backend.circuits.exchange.tables import (
    Table,
    TableName,
    edge_table,
    loss_table,
    node_table,
    pair_table,
    path_table,
    report_node_table,
    report_table,
)
from backend.circuits.graph import to_graphml
from backend.circuits.needs import tokenizer_of
from backend.circuits.question import Question
from backend.exports.standalone import standalone_page
from backend.jobs.service import find_task
from backend.library import CheckpointLibrary
from models.checkpoints import Checkpoint
from tasks import Split


class ExportFormat(StrEnum):
    """In which form a circuit is handed out."""

    JSON = "json"
    """The document as stored."""
    BUNDLE = "bundle"
    """The document and the report on it, for another instance."""
    GRAPHML = "graphml"
    """The drawing, for Gephi, yEd, networkx, ..."""
    CSV = "csv"
    """One of its tables."""
    ATTRIBUTION = "attribution"
    """The circuit on one prompt, for circuit-tracer and Neuronpedia."""
    HTML = "html"
    """A page that opens from disk."""


@dataclass(frozen=True)
class ExportOptions:
    """What a form leaves open.

    Attributes:
        table: the one that CSV gives.
        prompt: of the attribution graph; the first test pair's first one if None.
    """

    table: TableName = TableName.NODES
    prompt: str | None = None


@dataclass(frozen=True)
class Exported:
    """A file to hand out."""

    content: str
    media_type: str
    filename: str


def export(
    bundle: Bundle, library: CheckpointLibrary, form: ExportFormat, options: ExportOptions
) -> Exported:
    """A circuit as a file.

    Args:
        bundle: the circuit, with the report on it if there is one.
        library: opens the circuit's checkpoint where the form needs it; JSON, bundles and most
            tables do not.
        form: which file.
        options: what that form leaves open.

    Raises:
        CheckpointNotFoundError, ConflictError: the checkpoint is needed and not here, or has other
            node means.
        TaskNotFoundError: the pairs are needed of a task that is not here.
        InvalidRequestError: the prompt is too long.
    """
    circuit = bundle.circuit
    slug = circuit.slug

    def opened() -> Checkpoint:
        source = circuit.provenance
        return library.open_for(source.checkpoint, source.checkpoint_digest, source.means_digest)

    match form:
        case ExportFormat.JSON:
            content = circuit.model_dump_json(indent=2)
            return Exported(content, "application/json", f"{slug}.json")
        case ExportFormat.BUNDLE:
            content = bundle.model_dump_json(indent=2)
            return Exported(content, "application/json", f"{slug}.bundle.json")
        case ExportFormat.GRAPHML:
            content = to_graphml(circuit, opened())
            return Exported(content, "application/graphml+xml", f"{slug}.graphml")
        case ExportFormat.CSV:
            content = _table(bundle, options.table, opened).csv()
            return Exported(content, "text/csv", f"{slug}.{options.table}.csv")
        case ExportFormat.ATTRIBUTION:
            content = _attribution(circuit, opened(), options.prompt)
            return Exported(content, "application/json", f"{slug}.attribution.json")
        case ExportFormat.HTML:
            content = standalone_page(bundle, opened())
            return Exported(content, "text/html", f"{slug}.html")


def _table(bundle: Bundle, name: TableName, opened: Callable[[], Checkpoint]) -> Table:
    circuit = bundle.circuit
    match name:
        case TableName.NODES:
            return node_table(circuit, opened())
        case TableName.EDGES:
            return edge_table(circuit)
        case TableName.LOSSES:
            return loss_table(circuit)
        case TableName.PATH:
            return path_table(circuit)
        case TableName.PAIRS:
            task, question = find_task(circuit.task), Question(references=False)
            return pair_table(answer(opened(), task, circuit, question).pairs)
        case TableName.REPORT:
            return report_table(bundle.report)
        case TableName.REPORT_NODES:
            return report_node_table(bundle.report)


def _attribution(circuit: Circuit, checkpoint: Checkpoint, prompt: str | None) -> str:
    if prompt is None:
        pairs = find_task(circuit.task).pairs(tokenizer_of(checkpoint), Split.TEST, 1)
        prompt = pairs[0].first_text
    return json.dumps(attribution_graph(circuit, checkpoint, prompt), ensure_ascii=False)
