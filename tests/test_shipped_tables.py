"""`scripts/shipped_tables.py` prints what the shipped bundles say."""

from __future__ import annotations

from backend.circuits.bundle import read_bundle
from scripts.shipped_tables import (
    LINES,
    SHIPPED,
    bundles_in,
    circuit_cells,
    markdown,
    report_cells,
    tables_of,
)
from tasks import all_tasks

ROOT = SHIPPED.parent.parent


def test_every_column_is_a_line_of_some_shipped_report() -> None:
    reports = [each.report for each in bundles_in(SHIPPED) if each.report is not None]
    assert reports
    assert set(LINES.values()) <= {line.id for report in reports for line in report.lines}


def test_a_row_has_the_numbers_of_its_bundle() -> None:
    path = next(SHIPPED.glob("single-double-quote-*.json"))
    bundle = read_bundle(path.read_bytes())
    assert bundle.report is not None
    circuit = circuit_cells(bundle)
    assert circuit["induced edges"] == str(bundle.circuit.induced_edges)
    assert circuit["loss"] == f"{bundle.circuit.task_loss:.3f}"
    cells = report_cells("single_double_quote", bundle.report)
    line = next(each for each in bundle.report.lines if each.id == LINES["mean"])
    assert cells["mean"] == f"{line.value:.2f} {'✓' if line.met else '✗'}"
    judged = [each for each in bundle.report.lines if each.met is not None]
    assert cells["met"] == f"{sum(bool(each.met) for each in judged)} of {len(judged)}"


def test_a_table_has_a_column_a_key() -> None:
    assert list(markdown([{"a": "1", "b": "2"}])) == ["| a | b |", "| --- | --- |", "| 1 | 2 |"]


def test_every_task_has_a_circuit_with_a_report() -> None:
    bundles = bundles_in(SHIPPED)
    assert {each.circuit.provenance.task for each in bundles} == {task.name for task in all_tasks()}
    assert all(each.report is not None for each in bundles)


def test_the_documents_have_the_tables_of_what_comes_along() -> None:
    """If not: put what `python scripts/shipped_tables.py` prints in their place."""
    tables = tables_of(bundles_in(SHIPPED))
    search = (ROOT / "docs" / "search.md").read_text()
    assert tables["circuits"] in search
    assert tables["reports"] in search
    assert tables["circuits"] in (ROOT / "README.md").read_text()
