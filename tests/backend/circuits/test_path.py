"""Opening another size of a search's path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.circuits.ablation import Mode
from backend.circuits.circuit import Circuit
from backend.circuits.nodes import NodeSet
from backend.circuits.path import at_size, open_size
from backend.circuits.question import Question, keeps
from backend.errors import InvalidRequestError, PathNotFoundError
from models.checkpoints import Checkpoint
from tasks import get_task
from tests.backend.conftest import TASK, make_circuit, pruned


def open_at(checkpoint: Checkpoint, circuit: Circuit, nodes: int) -> Circuit:
    return open_size(checkpoint, get_task(TASK), circuit, nodes)


def test_a_size_is_the_first_nodes_of_the_ranking_measured(
    checkpoint: Checkpoint, circuit_with_path: Circuit
) -> None:
    assert circuit_with_path.path is not None
    ranking = circuit_with_path.path.ranking
    opened = open_at(checkpoint, circuit_with_path, 9)
    by_hand = make_circuit(checkpoint, NodeSet.of(checkpoint.config, ranking[:9]))
    assert (opened.slug, opened.nodes, opened.edges) == (
        by_hand.slug, by_hand.nodes, by_hand.edges,
    )  # fmt: skip
    assert opened.losses == by_hand.losses
    assert opened.provenance.method == "path at size 9"
    assert opened.provenance.checkpoint_digest == checkpoint.digest
    assert all(edge.kept for edge in opened.edges)


def test_further_sizes_are_opened_from_an_opened_one(
    checkpoint: Checkpoint, circuit_with_path: Circuit
) -> None:
    opened = open_at(checkpoint, open_at(checkpoint, circuit_with_path, 9), 3)
    assert opened == open_at(checkpoint, circuit_with_path, 3)
    assert opened.provenance.method == "path at size 3"


def test_what_is_not_on_the_path_is_refused(
    checkpoint: Checkpoint, circuit: Circuit, circuit_with_path: Circuit
) -> None:
    for nodes in (0, -1, len(circuit.nodes) + 1):
        with pytest.raises(InvalidRequestError, match=f"1 to {len(circuit.nodes)}"):
            open_at(checkpoint, circuit_with_path, nodes)
    with pytest.raises(PathNotFoundError, match="chosen by a test"):
        open_at(checkpoint, circuit, 1)


def test_a_question_at_a_size_is_one_about_that_circuit(
    checkpoint: Checkpoint, circuit_with_path: Circuit
) -> None:
    opened = open_at(checkpoint, circuit_with_path, 9)
    for mode in (Mode.CIRCUIT, Mode.CIRCUIT_ABLATED):
        asked = Question(mode=mode, ablated=[opened.nodes[2]], size=9)
        base, kept = keeps(checkpoint.config, circuit_with_path, asked)
        assert (base, kept) == keeps(checkpoint.config, opened, replace(asked, size=None))


def test_a_size_with_the_circuits_own_nodes_is_the_circuit_with_its_edges(
    checkpoint: Checkpoint, circuit_with_path: Circuit
) -> None:
    fewer = pruned(circuit_with_path, 0)
    assert at_size(checkpoint, fewer, len(fewer.nodes)) is fewer
    assert len(at_size(checkpoint, fewer, 9).nodes) == 9
    asked = keeps(checkpoint.config, fewer, Question(size=len(fewer.nodes)))
    assert asked == keeps(checkpoint.config, fewer, Question())
