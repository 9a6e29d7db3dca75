"""`circuit-explorer circuits`, `export` and `import`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from backend.cli.common import (
    find_task_files,
    library,
    messages,
    opened_store,
    plain_errors,
    print_json,
    print_table,
)
from backend.errors import InvalidRequestError

if TYPE_CHECKING:
    from backend.bundles import Imported
    from backend.circuits.bundle import Bundle
    from backend.store import Store


class ExportFormat(StrEnum):
    """As `backend.exports`, which is imported when a command runs."""

    JSON = "json"
    BUNDLE = "bundle"
    GRAPHML = "graphml"
    CSV = "csv"
    ATTRIBUTION = "attribution"
    HTML = "html"


class TableName(StrEnum):
    """As `backend.circuits.exchange.tables`."""

    NODES = "nodes"
    EDGES = "edges"
    LOSSES = "losses"
    PATH = "path"
    PAIRS = "pairs"
    REPORT = "report"
    REPORT_NODES = "report_nodes"


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
        ExportFormat,
        typer.Option("--format", help="Which file; docs/formats.md describes each."),
    ] = ExportFormat.JSON,
    table: Annotated[TableName, typer.Option(help="The table that csv gives.")] = TableName.NODES,
    prompt: Annotated[
        str | None,
        typer.Option(help="The prompt of attribution; a test pair's if left out."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout if left out.")] = None,
) -> None:
    """Write a circuit as a file; a bundle carries the report on it, if there is one."""
    from backend import exports
    from backend.circuits.exchange import tables
    from backend.store import get_bundle

    find_task_files()
    with opened_store() as store, store.read() as session:
        bundle = get_bundle(session, slug)
    options = exports.ExportOptions(tables.TableName(table), prompt)
    form = exports.ExportFormat(export_format)
    text = exports.export(bundle, library(), form, options).content
    if out is None:
        typer.echo(text)
    else:
        ended = text if text.endswith("\n") else text + "\n"
        out.write_text(ended, encoding="utf-8", newline="")
        messages.print(f"Wrote {out}", soft_wrap=True)


@plain_errors
def import_file(
    file: Annotated[
        Path, typer.Argument(help="A bundle, a circuit as JSON, or OpenAI's viz_data.pt.")
    ],
    task: Annotated[
        str | None, typer.Option(help="Of a viz_data.pt, which does not say: the task it does.")
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(help="Of a viz_data.pt; the one with the file's configuration if left out."),
    ] = None,
) -> None:
    """Store a circuit from another instance, and the report on it if there is none here; or one
    of OpenAI's, measured on the task here beside the losses in its file.
    """
    from backend.circuits.exchange.viz_data import is_pickled

    with opened_store() as store:
        if is_pickled(file):
            imported = _import_viz_data(store, file, task, checkpoint)
        else:
            from backend.bundles import import_bundle

            imported = import_bundle(store, library(), _read(file))
    if imported.warning is not None:
        messages.print(f"warning: {imported.warning}", markup=False, soft_wrap=True)
    messages.print("Stored." if imported.new else "It was stored before.")
    typer.echo(imported.summary.slug)


def _import_viz_data(
    store: Store, file: Path, task: str | None, checkpoint: str | None
) -> Imported:
    from backend.foreign_circuits import import_viz_data

    if task is None:
        raise InvalidRequestError(
            f"{file} does not say which task its circuit does.",
            remedy="Name it: --task NAME; 'circuit-explorer tasks' lists them.",
        )
    find_task_files()
    return import_viz_data(store, library(), file, task, checkpoint)


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
