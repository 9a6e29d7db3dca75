"""`circuit-explorer circuits`, `export` and `import`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from backend.cli.common import (
    library,
    messages,
    opened_store,
    plain_errors,
    print_json,
    print_table,
)
from backend.errors import InvalidRequestError

if TYPE_CHECKING:
    from backend.circuits.bundle import Bundle


class ExportFormat(StrEnum):
    """In which form a circuit is handed out."""

    JSON = "json"
    GRAPHML = "graphml"
    BUNDLE = "bundle"


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("circuits")(list_stored)
    app.command("export")(export)
    app.command("import")(import_file)


@plain_errors
def list_stored(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the stored circuits."""
    from backend.store import list_circuits

    with opened_store() as store, store.read() as session:
        circuits = list_circuits(session)
    if as_json:
        print_json([circuit.model_dump(mode="json") for circuit in circuits])
        return
    table = Table("slug", "checkpoint", "task", "nodes", "edges", "loss", "target", "report")
    for circuit in circuits:
        table.add_row(
            circuit.slug,
            circuit.checkpoint,
            circuit.task,
            str(circuit.node_count),
            str(circuit.induced_edges),
            f"{circuit.task_loss:.3f}",
            f"{circuit.target_loss:g}{'' if circuit.meets_target else ' missed'}",
        )
    print_table(table)


@plain_errors
def export(
    slug: Annotated[str, typer.Argument(help="Slug of a stored circuit.")],
    export_format: Annotated[
        ExportFormat, typer.Option("--format", help="json, graphml, or a bundle to import.")
    ] = ExportFormat.JSON,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout if left out.")] = None,
) -> None:
    """Write a circuit as a file; a bundle carries the report on it, if there is one."""
    from backend.circuits.bundle import Bundle
    from backend.store import find_report, get_circuit

    with opened_store() as store, store.read() as session:
        bundle = Bundle(circuit=get_circuit(session, slug), report=find_report(session, slug))
    text = _text(bundle, export_format)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        messages.print(f"Wrote {out}", soft_wrap=True)


@plain_errors
def import_file(
    file: Annotated[Path, typer.Argument(help="A bundle, or a circuit as JSON.")],
) -> None:
    """Store a circuit from another instance, and the report on it if there is none here."""
    from backend.bundles import import_bundle

    bundle = _read(file)
    with opened_store() as store:
        imported = import_bundle(store, library(), bundle)
    if imported.warning is not None:
        messages.print(f"warning: {imported.warning}", markup=False, soft_wrap=True)
    messages.print("Stored." if imported.new else "It was stored before.")
    typer.echo(imported.summary.slug)


def _text(bundle: Bundle, export_format: ExportFormat) -> str:
    from backend.circuits.graph import to_graphml

    circuit = bundle.circuit
    match export_format:
        case ExportFormat.JSON:
            return circuit.model_dump_json(indent=2)
        case ExportFormat.BUNDLE:
            return bundle.model_dump_json(indent=2)
        case ExportFormat.GRAPHML:
            source = circuit.provenance
            checkpoint = library().open_for(
                source.checkpoint, source.checkpoint_digest, source.means_digest
            )
            return to_graphml(circuit, checkpoint)


def _read(file: Path) -> Bundle:
    from pydantic import ValidationError

    from backend.circuits.bundle import read_bundle

    content = file.read_bytes()
    try:
        return read_bundle(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise InvalidRequestError(
            f"{file} holds no circuit of this version: {place}: {first['msg']}.",
            remedy="Give a file that 'circuit-explorer export' wrote, as json or bundle.",
        ) from None
