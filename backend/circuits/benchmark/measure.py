"""From a search to its outcome: the key it goes by, and its numbers on test pairs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from torch import Tensor

from backend.circuits.ablation import Evaluation, Intervention, MeanValues, evaluate
from backend.circuits.benchmark.outcome import OutcomeKind, SearchKey, SearchOutcome
from backend.circuits.circuit import Circuit
from backend.circuits.edges import circuit_alone, dropped_edges
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.search import SearchConfig
from backend.circuits.search.run import Searchable
from backend.circuits.statistics import Estimate, cluster_bootstrap
from models.checkpoints import Checkpoint
from models.tokenizer import Tokenizer
from tasks import Batch, Split

NO_PAIRS = ""
"""The pairs' digest where the task cannot be told in the tokenizer's tokens."""


def settings_of(config: SearchConfig) -> str:
    """The settings of a search that are not the default ones, as JSON; of the default ones, {}.

    Target, seed and method stand beside it.
    """
    other = config.model_dump(exclude_defaults=True, exclude={"target_loss", "seed", "method"})
    return json.dumps(other, sort_keys=True, separators=(",", ":"))


def pairs_digest(task: Searchable, tokenizer: Tokenizer, config: SearchConfig) -> str:
    """sha256 (hex) over the tokens and answers of all pairs a search works on.

    Raises:
        TaskError: an answer is not one token of this tokenizer, or there are too few pairs.
    """
    sha = hashlib.sha256()
    for batch in _batches(task, tokenizer, config):
        for tensor in (batch.tokens, batch.last, batch.right, batch.wrong):
            sha.update(f"{list(tensor.shape)}\n".encode())
            sha.update(_bytes(tensor))
    return sha.hexdigest()


def _batches(task: Searchable, tokenizer: Tokenizer, config: SearchConfig) -> Sequence[Batch]:
    counts = (config.train_pairs, config.validation_pairs, config.test_pairs)
    return [task.batch(tokenizer, split, count) for split, count in zip(Split, counts, strict=True)]


def _bytes(tensor: Tensor) -> memoryview:
    return tensor.contiguous().view(-1).numpy().data


def search_key(
    checkpoint: Checkpoint, task: Searchable, config: SearchConfig, pairs: str
) -> SearchKey:
    """What the outcome of a search goes by.

    Args:
        checkpoint: with node means.
        task: searched.
        config: of the search.
        pairs: their digest, or `NO_PAIRS`.
    """
    return SearchKey(
        checkpoint_digest=checkpoint.digest,
        means_digest=means_of(checkpoint).digest,
        task=task.name,
        pairs_digest=pairs,
        target_loss=config.target_loss,
        method=config.method,
        seed=config.seed,
        settings=settings_of(config),
    )


def circuit_outcome(
    checkpoint: Checkpoint, task: Searchable, config: SearchConfig, circuit: Circuit
) -> SearchOutcome:
    """The outcome of a search that found a circuit.

    The interval of the loss comes from resampling templates, as in reports.

    Raises:
        TaskError: the task does not fit the tokenizer.
    """
    tokenizer, means = tokenizer_of(checkpoint), MeanValues(means_of(checkpoint))
    test = task.batch(tokenizer, Split.TEST, config.test_pairs)
    nodes = NodeSet.of(checkpoint.config, circuit.nodes)
    alone = circuit_alone(nodes, means, dropped_edges(circuit))
    loss = _estimate(evaluate(checkpoint.model, test, alone), test)
    ablated = circuit.losses.everything_ablated.plain
    return SearchOutcome(
        **search_key(checkpoint, task, config, pairs_digest(task, tokenizer, config)).model_dump(),
        checkpoint=checkpoint.name,
        kind=_kind(circuit.task_loss, ablated, config.target_loss),
        slug=circuit.slug,
        nodes=len(circuit.nodes),
        induced_edges=circuit.induced_edges,
        kept_edges=circuit.kept_edges,
        task_loss=circuit.task_loss,
        loss_low=loss.low,
        loss_high=loss.high,
        accuracy=circuit.accuracy,
        whole_model=circuit.losses.whole_model.plain,
        everything_ablated=ablated,
        seconds=circuit.provenance.seconds,
    )


def failed_outcome(
    checkpoint: Checkpoint, task: Searchable, config: SearchConfig, detail: str, seconds: float
) -> SearchOutcome:
    """The outcome of a search that found no circuit, and why.

    Raises:
        TaskError: the task does not fit the tokenizer.
    """
    tokenizer, means = tokenizer_of(checkpoint), MeanValues(means_of(checkpoint))
    test = task.batch(tokenizer, Split.TEST, config.test_pairs)
    everything = Intervention(NodeSet.all(checkpoint.config), means)
    ablated = evaluate(checkpoint.model, test, everything).task_loss
    needed = ablated > config.target_loss
    return SearchOutcome(
        **search_key(checkpoint, task, config, pairs_digest(task, tokenizer, config)).model_dump(),
        checkpoint=checkpoint.name,
        kind=OutcomeKind.FAILED if needed else OutcomeKind.NOT_NEEDED,
        detail=detail,
        whole_model=evaluate(checkpoint.model, test).task_loss,
        everything_ablated=ablated,
        seconds=seconds,
    )


def impossible_outcome(
    checkpoint: Checkpoint, task: Searchable, config: SearchConfig, detail: str
) -> SearchOutcome:
    """The outcome of a search for a task that the checkpoint's tokenizer cannot tell, and why."""
    return SearchOutcome(
        **search_key(checkpoint, task, config, NO_PAIRS).model_dump(),
        checkpoint=checkpoint.name,
        kind=OutcomeKind.NOT_POSSIBLE,
        detail=detail,
    )


def _kind(loss: float, ablated: float, target: float) -> OutcomeKind:
    if ablated <= target:
        return OutcomeKind.NOT_NEEDED
    return OutcomeKind.MET if loss <= target else OutcomeKind.MISSED


def _estimate(evaluation: Evaluation, pairs: Batch) -> Estimate:
    return cluster_bootstrap(evaluation.losses, pairs.template)
