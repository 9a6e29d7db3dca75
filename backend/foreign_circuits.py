"""Circuits of other programs: brought to a checkpoint and a task here, measured and stored."""

from __future__ import annotations

import hashlib
import platform
import time
from pathlib import Path
from typing import Any

import torch

from backend.bundles import Imported
from backend.circuits.ablation import MeanValues, evaluate
from backend.circuits.circuit import Circuit, Provenance, StoredLosses, slug_of
from backend.circuits.edges import circuit_alone, induced_edges
from backend.circuits.exchange.viz_data import FORMAT, VizData, read_viz_data
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.report import measure_losses
from backend.circuits.search.config import SearchConfig
from backend.errors import InvalidRequestError
from backend.jobs.service import check_fit, find_task
from backend.library import CheckpointLibrary
from backend.store import Store, get_circuit, get_summary, save_circuit
from models.checkpoints import Checkpoint
from tasks import Split, Task

BEEG_CONFIG = "beeg_config"
"""In the card of an OpenAI checkpoint: what its `beeg_config.json` says."""
SIZES = ("n_layer", "d_model", "n_head", "d_head", "d_mlp", "vocab_size")


def import_viz_data(
    store: Store, library: CheckpointLibrary, file: Path, task: str, checkpoint: str | None = None
) -> Imported:
    """Stores the circuit of a `viz_data.pt`, with the losses in it beside those measured here.

    Args:
        store: where to.
        library: has the checkpoint.
        file: the circuit; see `backend.circuits.exchange.viz_data`.
        task: that the circuit does: the file does not say.
        checkpoint: name of the checkpoint; the only one with the file's configuration if None.

    Raises:
        CheckpointNotFoundError, TaskNotFoundError: there is none of that name.
        InvalidRequestError: the file is no circuit or not one of this checkpoint; no checkpoint
            was named and not exactly one fits; the task does not fit the tokenizer; the checkpoint
            has no node means.
    """
    found = read_viz_data(file)
    known = find_task(task)
    opened = library.open(checkpoint or _fitting(library, found))
    check_fit(known, tokenizer_of(opened))
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    circuit = measured_circuit(found, digest, opened, known)
    with store.write() as session:
        new = save_circuit(session, circuit)
        kept = get_circuit(session, circuit.slug)
        summary = get_summary(session, circuit.slug)
    warning = None
    if kept.stored_losses is None:
        warning = (
            "The same circuit was stored here before, without a file's losses: it stays as it was."
        )
    return Imported(summary, new, warning)


def measured_circuit(found: VizData, digest: str, checkpoint: Checkpoint, task: Task) -> Circuit:
    """The circuit of a file, with its edges and its losses as they are here.

    Args:
        found: what the file says.
        digest: SHA-256 of the file.
        checkpoint: the circuit's, with tokenizer and node means.
        task: the circuit's.

    Raises:
        InvalidRequestError: the checkpoint lacks a node of the file, or node means.
    """
    begun = time.perf_counter()
    model, means, usual = checkpoint.model, means_of(checkpoint), SearchConfig()
    _check_sizes(found, checkpoint)
    nodes = NodeSet.of(checkpoint.config, [node.name for node in found.nodes])
    counts = {Split.VALIDATION: usual.validation_pairs, Split.TEST: usual.test_pairs}
    validation, test = (
        task.batch(tokenizer_of(checkpoint), split, count) for split, count in counts.items()
    )
    values = MeanValues(means)
    losses, rescaling = measure_losses(model, values, nodes, validation, test, task.symmetric)
    edges, names = induced_edges(model, nodes), nodes.names()
    return Circuit(
        slug=slug_of(task.name, checkpoint.digest, means.digest, names, edges),
        nodes=names,
        edges=edges,
        losses=losses,
        rescaling=rescaling,
        provenance=Provenance(
            checkpoint=checkpoint.name,
            checkpoint_digest=checkpoint.digest,
            means_digest=means.digest,
            task=task.name,
            method=FORMAT,
            seed=0,
            target_loss=_target(found.prune_config, usual.target_loss),
            hyperparameters=found.prune_config,
            pairs={
                split.value: batch.pairs
                for split, batch in zip(counts, (validation, test), strict=True)
            },
            validation_loss=evaluate(model, validation, circuit_alone(nodes, values)).task_loss,
            versions={"python": platform.python_version(), "torch": torch.__version__},
            seconds=time.perf_counter() - begun,
        ),
        stored_losses=StoredLosses(
            format=FORMAT,
            digest=digest,
            whole_model=found.loss,
            circuit=found.circuit_loss,
            nodes=found.node_losses,
            blocks=found.block_losses,
            left_out=found.left_out,
        ),
    )


def _target(prune_config: dict[str, Any], usual: float) -> float:
    """The target the circuit was pruned to, where the file says one."""
    target = prune_config.get("target_loss")
    return float(target) if isinstance(target, int | float) and target > 0 else usual


def _fitting(library: CheckpointLibrary, found: VizData) -> str:
    """The one checkpoint here whose configuration the file has.

    Raises:
        InvalidRequestError: none or several.
    """
    wanted = found.model_config
    described, _ = library.describe_all()
    names = [
        each["name"]
        for each in described
        if wanted and _agree(wanted, each["card"].get(BEEG_CONFIG) or {})
    ]
    if len(names) == 1:
        return str(names[0])
    fitting = f"fits {', '.join(names)}" if names else "fits no OpenAI checkpoint here"
    raise InvalidRequestError(
        f"The file does not name its checkpoint, and its configuration {fitting}.",
        remedy="Name the checkpoint that the circuit was pruned from.",
    )


def _agree(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two configurations have keys in common and say the same of all of them."""
    common = one.keys() & other.keys()
    return bool(common) and all(one[name] == other[name] for name in common)


def _check_sizes(found: VizData, checkpoint: Checkpoint) -> None:
    for name in SIZES:
        given, here = found.model_config.get(name), getattr(checkpoint.config, name)
        if given is not None and given != here:
            raise InvalidRequestError(
                f"The file's circuit is of a model with {name} {given}; checkpoint "
                f"{checkpoint.name!r} has {here}.",
                remedy="Name the checkpoint that the circuit was pruned from.",
            )
