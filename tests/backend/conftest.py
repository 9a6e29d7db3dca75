"""A small checkpoint of random weights, native, with tokenizer and node means, and circuits in it.

Its answers mean nothing, but everything about it is real: a task's pairs can be cut into its
tokens, circuits can be searched in it, drawn and asked what if.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from backend.circuits.ablation import MeanValues
from backend.circuits.circuit import Circuit, PathPoint, Provenance, SizePath, slug_of
from backend.circuits.edges import induced_edges
from backend.circuits.nodes import NodeSet
from backend.circuits.report import measure_losses
from models.checkpoints import Checkpoint, load_checkpoint, save_native
from models.corpus import generated_documents
from models.means import compute_node_means
from models.tokenizer import Tokenizer
from tasks import Split, get_task
from tests.micro_model import small_model

CHECKPOINT = "tiny"
TASK = "single_double_quote"
VOCABULARY = 400
PAIRS = 8


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """A vocabulary in which the answers of `TASK` are single tokens."""
    return Tokenizer.train(generated_documents(seed=0, count=400), VOCABULARY)


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Path:
    """A folder with the checkpoint `tiny`."""
    folder = tmp_path_factory.mktemp("zoo")
    model = small_model(
        vocab_size=tokenizer.vocab_size, n_ctx=96, d_model=16, n_head=2, d_head=4, d_mlp=32
    )
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randint(tokenizer.vocab_size, (8, 64), generator=generator)
    means = compute_node_means(model, [tokens], "random tokens")
    save_native(folder / CHECKPOINT, model, tokenizer, means, {"held_out_loss": 9.5})
    return folder


@pytest.fixture(scope="session")
def checkpoint(zoo: Path) -> Checkpoint:
    """The checkpoint, opened."""
    return load_checkpoint(zoo / CHECKPOINT)


def make_circuit(checkpoint: Checkpoint, nodes: NodeSet) -> Circuit:
    """The circuit of some nodes, measured as a search measures what it finds."""
    assert checkpoint.tokenizer is not None
    assert checkpoint.node_means is not None
    task = get_task(TASK)
    validation, test = (
        task.batch(checkpoint.tokenizer, split, PAIRS) for split in (Split.VALIDATION, Split.TEST)
    )
    losses, rescaling = measure_losses(
        checkpoint.model,
        MeanValues(checkpoint.node_means),
        nodes,
        validation,
        test,
        task.symmetric,
    )
    edges = induced_edges(checkpoint.model, nodes)
    means_digest = checkpoint.node_means.digest
    return Circuit(
        slug=slug_of(TASK, checkpoint.digest, means_digest, nodes.names(), edges),
        nodes=nodes.names(),
        edges=edges,
        losses=losses,
        rescaling=rescaling,
        provenance=Provenance(
            checkpoint=checkpoint.name,
            checkpoint_digest=checkpoint.digest,
            means_digest=means_digest,
            task=TASK,
            method="chosen by a test",
            seed=0,
            target_loss=0.15,
            hyperparameters={},
            pairs={"validation": PAIRS, "test": PAIRS},
            validation_loss=losses.circuit.plain,
            versions={},
            seconds=0.0,
        ),
    )


@pytest.fixture(scope="session")
def circuit(checkpoint: Checkpoint) -> Circuit:
    """A circuit with nodes at all sites but the last: each third one."""
    everything = NodeSet.all(checkpoint.config).names()
    names = [name for name in everything[::3] if not name.startswith("1.mlp.resid_delta")]
    return make_circuit(checkpoint, NodeSet.of(checkpoint.config, names))


def pruned(circuit: Circuit, *dropped: int) -> Circuit:
    """The circuit less the edges with these indices; its losses are those of all edges."""
    edges = [
        edge.model_copy(update={"kept": index not in dropped})
        for index, edge in enumerate(circuit.edges)
    ]
    source = circuit.provenance
    slug = slug_of(TASK, source.checkpoint_digest, source.means_digest, circuit.nodes, edges)
    return circuit.model_copy(update={"slug": slug, "edges": edges})


@pytest.fixture(scope="session")
def circuit_with_path(checkpoint: Checkpoint, circuit: Circuit) -> Circuit:
    """The circuit as a search would have found it that ended with its first five nodes."""
    ranking = circuit.nodes
    found = make_circuit(checkpoint, NodeSet.of(checkpoint.config, ranking[:5]))
    points = [
        PathPoint(nodes=nodes, induced_edges=nodes, validation_loss=0.7, test_loss=0.7)
        for nodes in (2, 5, len(ranking))
    ]
    source = found.provenance.model_copy(update={"method": "path"})
    return found.model_copy(
        update={"provenance": source, "path": SizePath(ranking=ranking, points=points)}
    )
