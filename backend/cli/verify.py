"""`circuit-explorer verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from backend.cli.common import (
    find_task_files,
    library,
    messages,
    opened_store,
    plain_errors,
    print_json,
    print_table,
    results,
)
from backend.cli.progress import ended_by_ctrl_c, progress_bar

if TYPE_CHECKING:
    from backend.circuits.faithfulness.document import FaithfulnessReport, ReportLine


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(verify)


@plain_errors
def verify(
    slug: Annotated[str, typer.Argument(help="Slug of a stored circuit.")],
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out stability and controls, which search again.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Test on test pairs how far a circuit can be trusted, print the report and store it.

    Exit code 0: the report was made, whatever it says. 2: it cannot be made. 130: stopped with
    Ctrl-C; the report made before, if there is one, stays.
    """
    from backend.circuits.faithfulness import verify as run
    from backend.jobs.service import check_verify, find_task
    from backend.jobs.verify_job import report_config
    from backend.store import get_circuit, save_report

    find_task_files()
    with opened_store() as store:
        with store.read() as session:
            circuit = get_circuit(session, slug)
        checkpoints = library()
        check_verify(checkpoints, circuit)
        source = circuit.provenance
        opened = checkpoints.open_for(
            source.checkpoint, source.checkpoint_digest, source.means_digest
        )
        with ended_by_ctrl_c() as cancelled, progress_bar() as show:
            messages.print(f"Verifying {slug} in {opened.name}.")
            config = report_config(quick=quick)
            report = run(opened, find_task(circuit.task), circuit, config, show, cancelled)
        with store.write() as session:
            save_report(session, report)
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        _show(report)
        messages.print("Stored.")


def _show(report: FaithfulnessReport) -> None:
    for sentence in report.summary:
        results.print(sentence, markup=False, soft_wrap=True)
    table = Table("line", "value", "95% interval", "criterion", "met", title=report.slug)
    group = None
    for line in report.lines:
        if group not in (None, line.group):
            table.add_section()
        group = line.group
        table.add_row(*map(escape, _cells(line)))
    print_table(table)


def _cells(line: ReportLine) -> tuple[str, ...]:
    interval = "-"
    if line.low is not None and line.high is not None:
        interval = f"{line.low:.3g} to {line.high:.3g}"
    met = "-" if line.met is None else "yes" if line.met else "no"
    return (line.title, f"{line.value:.3g} {line.unit}", interval, line.criterion or "-", met)
