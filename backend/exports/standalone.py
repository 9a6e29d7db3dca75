"""A circuit as one HTML file that opens from disk: nothing is fetched, no server is needed.

Tables, numbers and provenance are in the page itself; the drawing is made by the script that the
front end's build puts into `dist/standalone/`, from the graph that lies in the page as JSON.
"""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, FileSystemLoader

from backend import __version__
from backend.circuits.bundle import Bundle
from backend.circuits.exchange.tables import (
    Table,
    edge_table,
    loss_table,
    node_table,
    report_table,
)
from backend.circuits.graph import graph_document
from frontend import TEMPLATES, standalone_assets
from models.checkpoints import Checkpoint

REPORT_COLUMNS = ("title", "value", "low", "high", "unit", "criterion", "met")


def standalone_page(bundle: Bundle, checkpoint: Checkpoint) -> str:
    """The page of a circuit as one file.

    Args:
        bundle: the circuit, with the report on it if there is one.
        checkpoint: the circuit's; gives the heads and the means.

    Raises:
        PagesNotBuiltError: the front end was not built.
    """
    circuit = bundle.circuit
    assets = standalone_assets()
    provenance = circuit.provenance.model_dump(exclude={"hyperparameters", "versions"})
    return (
        _environment()
        .get_template("standalone.html")
        .render(
            circuit=circuit,
            graph=graph_document(circuit, checkpoint),
            nodes=node_table(circuit, checkpoint),
            edges=edge_table(circuit),
            losses=loss_table(circuit),
            report=Table(REPORT_COLUMNS, report_table(bundle.report).rows),
            provenance=provenance,
            bundle=bundle.model_dump(mode="json"),
            script=assets.script,
            style=assets.style,
            version=__version__,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
