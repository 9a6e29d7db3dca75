"""All nodes of the micro model as a circuit of a checkpoint with a vocabulary of three letters."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch

from backend.circuits.circuit import Circuit, slug_of
from backend.circuits.edges import induced_edges
from backend.circuits.nodes import NodeSet
from models.checkpoints import Checkpoint
from models.means import NodeMeans
from models.sites import node_sites
from models.tokenizer import Tokenizer
from tests.backend.store.made_circuits import make_circuit
from tests.micro_model import MICRO_CONFIG, micro_model


class Letters:
    """Stands for a tokenizer: a is the end of text, b and c are letters."""

    end_of_text = 0

    def encode(self, text: str) -> list[int]:
        return ["abc".index(letter) for letter in text]

    def token_text(self, token: int) -> str:
        return "abc"[token]


def micro_checkpoint() -> Checkpoint:
    """The micro model with means of zero."""
    means = {site.name: torch.zeros(site.width(MICRO_CONFIG)) for site in node_sites(MICRO_CONFIG)}
    return Checkpoint(
        name="micro",
        path=Path("micro"),
        format="native",
        model=micro_model(),
        tokenizer=cast(Tokenizer, Letters()),
        config=MICRO_CONFIG,
        node_means=NodeMeans(means, "zeros", 1),
        held_out=None,
        digest="d" * 64,
        card={},
    )


def micro_circuit(checkpoint: Checkpoint) -> Circuit:
    """All its nodes; the numbers are made up."""
    nodes = NodeSet.all(MICRO_CONFIG)
    edges = induced_edges(checkpoint.model, nodes)
    made = make_circuit()
    assert checkpoint.node_means is not None
    digests = {"checkpoint_digest": checkpoint.digest, "means_digest": checkpoint.node_means.digest}
    source = made.provenance.model_copy(update={**digests, "checkpoint": checkpoint.name})
    return made.model_copy(
        update={
            "slug": slug_of(source.task, *digests.values(), nodes.names(), edges),
            "nodes": nodes.names(),
            "edges": edges,
            "provenance": source,
        }
    )
