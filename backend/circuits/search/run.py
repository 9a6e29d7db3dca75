"""The search as a whole: masks, bisection, elimination, report."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable

import numpy as np
import torch

from backend.circuits.ablation import Intervention, MeanValues, evaluate
from backend.circuits.circuit import Circuit, Provenance, slug_of
from backend.circuits.edges import count_edges, induced_edges
from backend.circuits.nodes import NodeSet
from backend.circuits.report import measure_losses
from backend.circuits.search.config import Progress, SearchConfig, Watcher
from backend.circuits.search.discretise import bisect, eliminate
from backend.circuits.search.masks import learn_masks
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from tasks import Split, Task

METHOD = "masks+elimination"


def search(
    checkpoint: Checkpoint,
    task: Task,
    config: SearchConfig | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Circuit:
    """Find the circuit of a task: the smallest found whose validation loss meets the target.

    A mask is learned on training pairs, discretised by bisection and thinned by elimination on
    fixed validation pairs; the losses reported are on test pairs.

    Args:
        checkpoint: with a tokenizer and node means.
        task: whose answers are single tokens of that tokenizer.
        config: hyperparameters; the defaults if None.
        on_progress: told after every step.
        cancelled: asked after every step.

    Returns:
        The circuit with its losses and provenance.

    Raises:
        InvalidRequestError: the checkpoint has no tokenizer or no node means.
        TaskError: the task does not fit the tokenizer.
        SearchFailed: no set of nodes meets the target.
        SearchCancelled: `cancelled` said so.
    """
    config = config or SearchConfig()
    watcher = Watcher(on_progress, cancelled)
    begun = time.perf_counter()
    if checkpoint.tokenizer is None or checkpoint.node_means is None:
        missing = "tokenizer" if checkpoint.tokenizer is None else "node means"
        raise InvalidRequestError(
            f"Checkpoint {checkpoint.name!r} has no {missing}; a search needs both.",
            remedy="Put tokenizer.json and node_means.safetensors into its folder.",
        )
    model, architecture = checkpoint.model, checkpoint.config
    values = MeanValues(checkpoint.node_means)
    train, validation, test = (
        task.batch(checkpoint.tokenizer, split, count)
        for split, count in (
            (Split.TRAIN, config.train_pairs),
            (Split.VALIDATION, config.validation_pairs),
            (Split.TEST, config.test_pairs),
        )
    )

    def loss_of(nodes: NodeSet) -> float:
        return evaluate(model, validation, Intervention(~nodes, values)).task_loss

    target = config.margin * config.target_loss
    path = learn_masks(model, values, train, config, watcher)
    path.append(NodeSet.all(architecture))
    nodes = bisect(path, loss_of, target, watcher)
    nodes = eliminate(nodes, loss_of, lambda some: count_edges(model, some), target, watcher)
    watcher.tell(Progress("report", 0, 1, loss_of(nodes), len(nodes), count_edges(model, nodes)))
    losses, rescaling = measure_losses(model, values, nodes, validation, test, task.symmetric)
    edges = induced_edges(model, nodes)
    means_digest = checkpoint.node_means.digest
    circuit = Circuit(
        slug=slug_of(task.name, checkpoint.digest, means_digest, nodes.names(), edges),
        nodes=nodes.names(),
        edges=edges,
        losses=losses,
        rescaling=rescaling,
        provenance=Provenance(
            checkpoint=checkpoint.name,
            checkpoint_digest=checkpoint.digest,
            means_digest=means_digest,
            task=task.name,
            method=METHOD,
            seed=config.seed,
            target_loss=config.target_loss,
            hyperparameters=config.model_dump(exclude={"target_loss", "seed"}),
            pairs={
                "train": train.pairs,
                "validation": validation.pairs,
                "test": test.pairs,
            },
            validation_loss=loss_of(nodes),
            versions={
                "python": platform.python_version(),
                "torch": torch.__version__,
                "numpy": np.__version__,
            },
            seconds=time.perf_counter() - begun,
        ),
    )
    watcher.tell(Progress("report", 1, 1, circuit.task_loss, len(nodes), circuit.induced_edges))
    return circuit
