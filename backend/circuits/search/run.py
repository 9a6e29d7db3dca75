"""A search as a whole: the pairs, a method, the report of what it found."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
import torch

from backend.circuits.ablation import MeanValues
from backend.circuits.alone import Alone
from backend.circuits.circuit import Circuit, PathPoint, Provenance, SizePath, slug_of
from backend.circuits.edges import count_edges, induced_edges
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.report import measure_losses
from backend.circuits.search.config import Progress, SearchCancelled, SearchConfig, Watcher
from backend.circuits.search.methods import METHODS
from backend.circuits.search.problem import Nested, Problem
from models.checkpoints import Checkpoint
from models.tokenizer import Tokenizer
from tasks import Batch, Split, Task


class Searchable(Protocol):
    """What a search asks of a task: `tasks.Task`, or one with its answers swapped."""

    @property
    def name(self) -> str:
        """Of the task."""
        ...

    @property
    def symmetric(self) -> bool:
        """First and second answer are arbitrary."""
        ...

    def batch(self, tokenizer: Tokenizer, split: Split, count: int, seed: int = 0) -> Batch:
        """Pairs of a split."""
        ...


def pose(
    checkpoint: Checkpoint, task: Searchable, config: SearchConfig, watcher: Watcher
) -> tuple[Problem, Batch]:
    """What a method is given, and the test pairs that report on what it finds.

    Raises:
        InvalidRequestError: the checkpoint has no tokenizer or no node means.
        TaskError: the task does not fit the tokenizer.
    """
    tokenizer, values = tokenizer_of(checkpoint), MeanValues(means_of(checkpoint))
    train, validation, test = (
        task.batch(tokenizer, split, count)
        for split, count in (
            (Split.TRAIN, config.train_pairs),
            (Split.VALIDATION, config.validation_pairs),
            (Split.TEST, config.test_pairs),
        )
    )
    alone = Alone(checkpoint.model, values, validation)
    problem = Problem(checkpoint.model, values, train, validation, config, watcher, alone)
    return problem, test


def search(
    checkpoint: Checkpoint,
    task: Searchable,
    config: SearchConfig | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Circuit:
    """Find the circuit of a task: the smallest found whose validation loss meets the target.

    The method named by `config.method` works on training and validation pairs; the losses reported
    are on test pairs.

    Args:
        checkpoint: with a tokenizer and node means.
        task: whose answers are single tokens of that tokenizer.
        config: method and hyperparameters; the defaults if None.
        on_progress: told after every step.
        cancelled: asked after every step.

    Returns:
        The circuit with its losses, its path and provenance.

    Raises:
        InvalidRequestError: the checkpoint has no tokenizer or no node means.
        TaskError: the task does not fit the tokenizer.
        SearchFailed: no set of nodes meets the target.
        SearchCancelled: `cancelled` said so.
    """
    config = config or SearchConfig()
    watcher = Watcher(on_progress, cancelled)
    problem, test = pose(checkpoint, task, config, watcher)
    model, values, validation, alone = (
        problem.model,
        problem.values,
        problem.validation,
        problem.alone,
    )
    found = METHODS[config.method].find(problem)
    validation_loss = alone.loss(found.nodes, found.dropped)
    size = (len(found.nodes), count_edges(model, found.nodes))
    watcher.tell(Progress("report", 0, 1, validation_loss, *size))
    losses, rescaling = measure_losses(
        model, values, found.nodes, validation, test, task.symmetric, found.dropped
    )
    edges = induced_edges(model, found.nodes, found.dropped)
    names, means_digest = found.nodes.names(), means_of(checkpoint).digest
    path = None
    if found.path is not None:
        on_test = Alone(model, values, test, numbering=alone.numbering)
        path = _measured(found.path, alone, on_test, watcher)
    circuit = Circuit(
        slug=slug_of(task.name, checkpoint.digest, means_digest, names, edges),
        nodes=names,
        edges=edges,
        losses=losses,
        rescaling=rescaling,
        provenance=Provenance(
            checkpoint=checkpoint.name,
            checkpoint_digest=checkpoint.digest,
            means_digest=means_digest,
            task=task.name,
            method=config.method,
            seed=config.seed,
            target_loss=config.target_loss,
            hyperparameters=config.model_dump(exclude={"target_loss", "seed", "method"}),
            pairs={
                "train": problem.train.pairs,
                "validation": validation.pairs,
                "test": test.pairs,
            },
            validation_loss=validation_loss,
            versions={
                "python": platform.python_version(),
                "torch": torch.__version__,
                "numpy": np.__version__,
                **({"task": task.digest} if isinstance(task, Task) and task.digest else {}),
            },
            seconds=time.perf_counter() - problem.begun,
            passes={"forward": problem.passes.forward, "backward": problem.passes.backward},
        ),
        path=path,
    )
    watcher.tell(Progress("report", 1, 1, circuit.task_loss, *size))
    return circuit


def _measured(nested: Nested, validation: Alone, test: Alone, watcher: Watcher) -> SizePath:
    """The path with the losses of its circuits, in nats; some sizes at a time in threads."""
    numbering = validation.numbering
    order = np.array([numbering.node(node) for node in nested.ranking], np.int64)
    none = np.zeros(numbering.edges, np.uint8)

    def measure(size: int) -> PathPoint:
        keep = np.zeros(numbering.nodes, np.uint8)
        keep[order[:size]] = 1
        return PathPoint(
            nodes=size,
            induced_edges=len(numbering.induced(keep)),
            validation_loss=validation.task_loss(keep, none),
            test_loss=test.task_loss(keep, none),
        )

    points = []
    # `evaluate`, behind what is not compiled, puts hooks on the one model: no two at a time.
    compiled = validation.compiled and test.compiled
    with ThreadPoolExecutor(torch.get_num_threads() if compiled else 1) as pool:
        try:
            for point in pool.map(measure, nested.sizes):
                points.append(point)
                step, steps = len(points), len(nested.sizes)
                watcher.tell(
                    Progress("path", step, steps, point.test_loss, point.nodes, point.induced_edges)
                )
        except SearchCancelled:
            pool.shutdown(cancel_futures=True)
            raise
    return SizePath(ranking=[node.name for node in nested.ranking], points=points)
