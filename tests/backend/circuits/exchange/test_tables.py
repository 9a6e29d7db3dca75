"""Tables of a circuit, and their CSV read back."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from backend.circuits.circuit import Circuit
from backend.circuits.exchange.tables import (
    Table,
    edge_table,
    loss_table,
    node_table,
    path_table,
    report_node_table,
    report_table,
)
from tests.backend.circuits.exchange.micro_circuit import micro_checkpoint, micro_circuit
from tests.backend.store.made_circuits import make_circuit
from tests.backend.store.made_reports import make_report


def read(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.csv(), newline="")))


def test_edges_come_back_exactly() -> None:
    circuit = make_circuit(1)
    assert edge_table(circuit).csv() == (
        "source,target,weight,kept\r\n"
        "0.mlp.act_in.3,0.mlp.post_act.1,0.43333333333333335,True\r\n"
        "0.mlp.post_act.1,0.mlp.resid_delta.7,-1e-07,False\r\n"
    )


def test_nodes_have_what_the_drawing_knows() -> None:
    checkpoint = micro_checkpoint()
    rows = read(node_table(micro_circuit(checkpoint), checkpoint))
    assert len(rows) == 13
    neuron = next(row for row in rows if row["id"] == "0.mlp.post_act.1")
    assert neuron == {
        "id": "0.mlp.post_act.1", "layer": "0", "site": "mlp.post_act", "index": "1",
        "kind": "neuron", "head": "", "row": "4", "mean": "0.0", "degree_in": "1",
        "degree_out": "1",
    }  # fmt: skip


def test_losses_are_a_row_each() -> None:
    rows = read(loss_table(make_circuit(loss=0.125)))
    names = ["whole_model", "circuit", "circuit_ablated", "everything_ablated"]
    assert [row["intervention"] for row in rows] == names
    assert [row["plain"] for row in rows] == ["0.125"] * 4


def test_the_path_is_a_row_a_size(circuit_with_path: Circuit) -> None:
    rows = read(path_table(circuit_with_path))
    assert [int(row["nodes"]) for row in rows][:2] == [2, 5]
    assert rows[0]["test_loss"] == "0.7"


def test_the_report_has_its_lines_and_nodes() -> None:
    report = make_report(make_circuit().slug)
    lines = read(report_table(report))
    assert [line["id"] for line in lines] == [line.id for line in report.lines]
    assert [float(line["value"]) for line in lines] == [line.value for line in report.lines]
    assert len(read(report_node_table(report))) == len(report.nodes)


@pytest.mark.parametrize("table", [path_table(make_circuit()), report_table(None)])
def test_what_there_is_not_is_a_header_alone(table: Table) -> None:
    assert read(table) == []
    assert table.csv().count("\r\n") == 1


def test_cells_with_commas_quotes_and_lines_come_back() -> None:
    rows: list[dict[str, Any]] = [{"text": 'a, "b"\nc'}]
    assert read(Table(("text",), rows)) == rows
