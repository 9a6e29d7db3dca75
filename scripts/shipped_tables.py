"""Print the circuits that come with the app, and what their reports say, as Markdown tables.

    python scripts/shipped_tables.py [FOLDER] [--table circuits|reports]

FOLDER has bundles, as `scripts/ship_circuits.py` writes them; `backend/shipped` if not given.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from backend.circuits.bundle import Bundle, read_bundle
from backend.circuits.faithfulness.document import FaithfulnessReport

SHIPPED = Path(__file__).resolve().parent.parent / "backend" / "shipped"

LINES = {
    "mean": "sufficiency.mean.loss",
    "zero": "sufficiency.zero.loss",
    "resampled": "sufficiency.resample.loss",
    "accuracy, ablated": "necessity.accuracy",
    "nodes adding nothing": "minimality.nodes",
    "completeness gap": "completeness.worst",
    "half the outside": "robustness.random",
    "frozen scales": "robustness.frozen",
    "correlation": "agreement.correlation",
    "longer": "generalisation.longer",
    "names": "generalisation.names",
    "overlap": "stability.overlap",
    "shuffled": "controls.shuffled",
    "swapped": "controls.swapped",
}
"""The lines of a report that have a column, by its heading."""


def circuit_cells(bundle: Bundle) -> dict[str, str]:
    """What the table of circuits says of one: sizes, losses in nats on test pairs, seconds."""
    circuit = bundle.circuit
    losses = circuit.losses
    return {
        "task": circuit.provenance.task,
        "nodes": str(len(circuit.nodes)),
        "induced edges": str(circuit.induced_edges),
        "kept edges": str(circuit.kept_edges),
        "loss": f"{losses.circuit.plain:.3f}",
        "accuracy": f"{losses.circuit.accuracy:.2f}",
        "whole model": f"{losses.whole_model.plain:.3f}",
        "circuit ablated": f"{losses.circuit_ablated.plain:.3f}",
        "everything ablated": f"{losses.everything_ablated.plain:.3f}",
        "seconds": f"{circuit.provenance.seconds:.0f}",
    }


def report_cells(task: str, report: FaithfulnessReport) -> dict[str, str]:
    """What the table of reports says of one: values, and whether each criterion is met."""
    lines = {line.id: line for line in report.lines}
    cells = {"task": task}
    for heading, name in LINES.items():
        line = lines.get(name)
        if line is None or line.value is None:
            cells[heading] = "–"
        else:
            cells[heading] = f"{line.value:.2f}" + {True: " ✓", False: " ✗", None: ""}[line.met]
    judged = [line.met for line in report.lines if line.met is not None]
    cells["met"] = f"{sum(judged)} of {len(judged)}"
    return cells


def markdown(rows: Sequence[dict[str, str]]) -> Iterable[str]:
    """The lines of a table; the keys of the rows are its headings."""
    headings = list(rows[0])
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(row[heading] for heading in headings)} |"


def tables_of(bundles: Sequence[Bundle]) -> dict[str, str]:
    """Each table's Markdown by its name; no table without rows."""
    rows = {
        "circuits": [circuit_cells(each) for each in bundles],
        "reports": [
            report_cells(each.circuit.provenance.task, each.report)
            for each in bundles
            if each.report is not None
        ],
    }
    return {name: "\n".join(markdown(each)) for name, each in rows.items() if each}


def bundles_in(folder: Path) -> list[Bundle]:
    """The bundles of a folder, in the order of their files' names.

    Raises:
        pydantic.ValidationError: a file is no bundle, or not of this version.
    """
    return [read_bundle(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


def main() -> None:
    """Print both tables, or the one asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?", default=SHIPPED)
    parser.add_argument("--table", choices=("circuits", "reports"), help="default: both")
    options = parser.parse_args()
    bundles = bundles_in(options.folder)
    if not bundles:
        parser.error(f"{options.folder} has no bundles: name a folder that ship_circuits.py wrote")
    tables = tables_of(bundles)
    chosen = [options.table] if options.table else list(tables)
    print("\n\n".join(tables[name] for name in chosen if name in tables))


if __name__ == "__main__":
    main()
