"""One search as a job: finds a circuit and stores it, and how the search ended either way."""

from __future__ import annotations

import time

from backend.circuits.benchmark.measure import circuit_outcome, failed_outcome
from backend.circuits.search import SearchConfig, SearchFailed, search
from backend.jobs.params import SearchParams
from backend.jobs.reporter import Reporter
from backend.library import CheckpointLibrary
from backend.store import Store, put_outcome, save_circuit
from backend.store.tables import JsonObject
from tasks import get_task


def run_search(
    store: Store, library: CheckpointLibrary, params: JsonObject, reporter: Reporter
) -> str:
    """Finds and stores the circuit that a search job was asked for; returns its slug.

    Every search that ends by itself leaves an outcome, also one that finds no circuit.

    Raises:
        CircuitExplorerError, TaskError: there is none, or it cannot be searched.
        SearchCancelled: the job was asked to stop.
    """
    wanted = SearchParams.model_validate(params)
    reporter.log(f"Opening checkpoint {wanted.checkpoint}.")
    checkpoint, task = library.open(wanted.checkpoint), get_task(wanted.task)
    config = search_config(wanted)
    begun = time.perf_counter()
    try:
        circuit = search(
            checkpoint, task, config, on_progress=reporter.progress, cancelled=reporter.cancelled
        )
    except SearchFailed as error:
        took = time.perf_counter() - begun
        outcome = failed_outcome(checkpoint, task, config, error.detail, took)
        with store.write() as session:
            put_outcome(session, outcome)
        raise
    outcome = circuit_outcome(checkpoint, task, config, circuit)
    reporter.flush()
    with store.write() as session:
        new = save_circuit(session, circuit)
        put_outcome(session, outcome)
    if not new:
        reporter.log(f"This circuit was found before: {circuit.slug}.")
    return circuit.slug


def search_config(params: SearchParams) -> SearchConfig:
    """The hyperparameters of a search, where the job says nothing else the default ones."""
    return SearchConfig.model_validate(
        params.model_dump(mode="json", exclude={"checkpoint", "task"})
    )
