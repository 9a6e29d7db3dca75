"""One report as a job: verifies a stored circuit and stores the report beside it."""

from __future__ import annotations

from backend.circuits.faithfulness import ReportConfig, verify
from backend.jobs.params import VerifyParams
from backend.jobs.reporter import Reporter
from backend.library import CheckpointLibrary
from backend.store import Store, get_circuit, save_report
from backend.store.tables import JsonObject
from tasks import get_task


def run_verify(
    store: Store, library: CheckpointLibrary, params: JsonObject, reporter: Reporter
) -> str:
    """Computes and stores the report that a job was asked for; returns the circuit's slug.

    Raises:
        CircuitExplorerError, TaskError: the circuit, its checkpoint or its task is not what it
            was when the job was submitted.
        SearchCancelled: the job was asked to stop.
    """
    wanted = VerifyParams.model_validate(params)
    with store.read() as session:
        circuit = get_circuit(session, wanted.slug)
    reporter.log(f"Opening checkpoint {wanted.checkpoint}.")
    source = circuit.provenance
    report = verify(
        library.open_for(source.checkpoint, source.checkpoint_digest, source.means_digest),
        get_task(circuit.task),
        circuit,
        report_config(quick=wanted.quick),
        on_progress=reporter.progress,
        cancelled=reporter.cancelled,
    )
    reporter.flush()
    with store.write() as session:
        save_report(session, report)
    return circuit.slug


def report_config(*, quick: bool) -> ReportConfig:
    """What a report is made of; a quick one leaves out the groups that search again."""
    return ReportConfig(controls=False, stability=False) if quick else ReportConfig()
