"""The tables of a circuit: each a header and rows, and as CSV.

A column that has nothing to say of a row is empty there. Losses are in nats.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from backend.circuits.answer import PairAnswer
from backend.circuits.circuit import Circuit, Measure, PathPoint
from backend.circuits.faithfulness.document import (
    FaithfulnessReport,
    NodeReport,
    ReportLine,
)
from backend.circuits.graph import circuit_graph
from models.checkpoints import Checkpoint


class TableName(StrEnum):
    """The tables there are."""

    NODES = "nodes"
    """A node a row, with what the drawing knows of it."""
    EDGES = "edges"
    """A nonzero weight between two nodes a row."""
    LOSSES = "losses"
    """A row each for whole model, circuit alone, circuit ablated and everything ablated."""
    PATH = "path"
    """A size on the search's path a row."""
    PAIRS = "pairs"
    """A test pair a row, worst first, of the circuit alone."""
    REPORT = "report"
    """A line of the report a row."""
    REPORT_NODES = "report_nodes"
    """A node a row, with what the report says of it."""


@dataclass(frozen=True)
class Table:
    """A header and rows under it, by column."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]

    def csv(self) -> str:
        """As CSV (RFC 4180) with a header line."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, self.columns)
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue()


NODE_COLUMNS = (
    "id", "layer", "site", "index", "kind", "head", "row", "mean", "degree_in", "degree_out",
)  # fmt: skip
EDGE_COLUMNS = ("source", "target", "weight", "kept")
LOSS_COLUMNS = ("intervention", *Measure.model_fields)


def node_table(circuit: Circuit, checkpoint: Checkpoint) -> Table:
    """The nodes as they are drawn."""
    graph = circuit_graph(circuit, checkpoint)
    return Table(NODE_COLUMNS, [{"id": name, **data} for name, data in graph.nodes(data=True)])


def edge_table(circuit: Circuit) -> Table:
    """All induced edges."""
    return Table(EDGE_COLUMNS, [edge.model_dump() for edge in circuit.edges])


def loss_table(circuit: Circuit) -> Table:
    """The four losses that stand beside each other."""
    measures = circuit.losses.model_dump()
    return Table(LOSS_COLUMNS, [{"intervention": name, **each} for name, each in measures.items()])


def path_table(circuit: Circuit) -> Table:
    """The sizes that the search passed through; no rows where it kept none."""
    return _documents(PathPoint, () if circuit.path is None else circuit.path.points)


def pair_table(pairs: Sequence[PairAnswer]) -> Table:
    """Pairs with the circuit's answers to them."""
    columns = tuple(field.name for field in dataclasses.fields(PairAnswer))
    return Table(columns, [dataclasses.asdict(pair) for pair in pairs])


def report_table(report: FaithfulnessReport | None) -> Table:
    """The lines of a report; no rows if there is none."""
    table = _documents(ReportLine, () if report is None else report.lines)
    return Table(table.columns, [{**row, "beside": _beside(row["beside"])} for row in table.rows])


def report_node_table(report: FaithfulnessReport | None) -> Table:
    """What a report says of each node; no rows if there is none."""
    return _documents(NodeReport, () if report is None else report.nodes)


def _documents(kind: type[BaseModel], items: Iterable[BaseModel]) -> Table:
    return Table(tuple(kind.model_fields), [item.model_dump() for item in items])


def _beside(numbers: Mapping[str, float]) -> str:
    return "; ".join(f"{name}: {value!r}" for name, value in numbers.items())
