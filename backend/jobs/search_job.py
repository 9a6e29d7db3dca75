"""One search as a job: finds a circuit and stores it."""

from __future__ import annotations

from backend.circuits.search import SearchConfig, search
from backend.jobs.params import SearchParams
from backend.jobs.reporter import Reporter
from backend.library import CheckpointLibrary
from backend.store import Store, save_circuit
from backend.store.tables import JsonObject
from tasks import get_task


def run_search(
    store: Store, library: CheckpointLibrary, params: JsonObject, reporter: Reporter
) -> str:
    """Finds and stores the circuit that a search job was asked for; returns its slug.

    Raises:
        CircuitExplorerError, TaskError: there is none, or it cannot be searched.
        SearchCancelled: the job was asked to stop.
    """
    wanted = SearchParams.model_validate(params)
    reporter.log(f"Opening checkpoint {wanted.checkpoint}.")
    circuit = search(
        library.open(wanted.checkpoint),
        get_task(wanted.task),
        search_config(wanted),
        on_progress=reporter.progress,
        cancelled=reporter.cancelled,
    )
    reporter.flush()
    with store.write() as session:
        new = save_circuit(session, circuit)
    if not new:
        reporter.log(f"This circuit was found before: {circuit.slug}.")
    return circuit.slug


def search_config(params: SearchParams) -> SearchConfig:
    """The hyperparameters of a search, where the job says nothing else the default ones."""
    return SearchConfig.model_validate(
        params.model_dump(mode="json", exclude={"checkpoint", "task"})
    )
