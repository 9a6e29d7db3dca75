"""The same search again: with another seed, or where there is nothing to be found."""

from __future__ import annotations

from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness.document import Group
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.path import AT_SIZE
from backend.circuits.search import Progress, SearchConfig, SearchFailed, search
from backend.circuits.search.config import METHOD_NAMES
from backend.circuits.search.run import Searchable
from models.checkpoints import Checkpoint


def method_of(circuit: Circuit) -> str:
    """The method whose search a circuit comes from, opened from its path or not."""
    return circuit.provenance.method.partition(AT_SIZE)[0]


def is_known(circuit: Circuit) -> bool:
    """This version has the method and every hyperparameter of a circuit's search."""
    names = set(circuit.provenance.hyperparameters)
    return method_of(circuit) in METHOD_NAMES and names <= set(SearchConfig.model_fields)


def is_result(circuit: Circuit) -> bool:
    """The circuit is what such a search ends with, not another size from its path."""
    return is_known(circuit) and circuit.provenance.method in METHOD_NAMES


def same_search(circuit: Circuit, seed: int) -> SearchConfig:
    """The search a circuit comes from, with a seed.

    Where this version does not know the method or a hyperparameter (`is_known`), its own default
    stands in.
    """
    source = circuit.provenance
    known = {
        name: value
        for name, value in source.hyperparameters.items()
        if name in SearchConfig.model_fields
    }
    if method_of(circuit) in METHOD_NAMES:
        known["method"] = method_of(circuit)
    return SearchConfig.model_validate({**known, "target_loss": source.target_loss, "seed": seed})


def search_again(
    subject: Subject,
    group: Group,
    progress: tuple[int, int],
    checkpoint: Checkpoint,
    task: Searchable,
    config: SearchConfig,
) -> Circuit | SearchFailed:
    """The circuit that a search finds, or why none meets the target.

    Args:
        subject: whose watcher is told at every step of the search.
        group: that asks.
        progress: searches of the group that are done, and all of them.
        checkpoint: to search in.
        task: to search for.
        config: of the search.

    Raises:
        SearchCancelled: the watcher says so.
    """

    def tell(_: Progress) -> None:
        subject.tell(group, *progress)

    subject.tell(group, *progress)
    try:
        return search(checkpoint, task, config, tell, subject.watcher.cancelled)
    except SearchFailed as failed:
        return failed
