"""The same search again: with another seed, or where there is nothing to be found."""

from __future__ import annotations

from typing import cast

from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness.document import Group
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.search import Progress, SearchConfig, SearchFailed, search
from models.checkpoints import Checkpoint
from tasks import Task
from tasks.swapped import SwappedAnswers

METHOD = "method"


def same_search(circuit: Circuit, seed: int) -> SearchConfig:
    """The search a circuit was found by, with a seed; `is_exact` says whether it still exists."""
    source = circuit.provenance
    known = {
        name: value
        for name, value in source.hyperparameters.items()
        if name in SearchConfig.model_fields
    }
    return SearchConfig.model_validate({**known, "target_loss": source.target_loss, "seed": seed})


def is_exact(circuit: Circuit) -> bool:
    """The method and all hyperparameters of a circuit's search are known to this version."""
    names = set(circuit.provenance.hyperparameters)
    return METHOD in names and names <= set(SearchConfig.model_fields)


def search_again(
    subject: Subject,
    group: Group,
    checkpoint: Checkpoint,
    task: Task | SwappedAnswers,
    config: SearchConfig,
) -> Circuit | None:
    """The circuit that a search finds; None if none meets the target.

    Args:
        subject: whose watcher is told of every step.
        group: that asks.
        checkpoint: to search in.
        task: to search for.
        config: of the search.

    Raises:
        SearchCancelled: the watcher says so.
    """

    def tell(progress: Progress) -> None:
        subject.tell(group, progress.step, progress.steps)

    try:
        return search(checkpoint, cast(Task, task), config, tell, subject.watcher.cancelled)
    except SearchFailed:
        return None
