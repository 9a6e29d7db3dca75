"""Circuits that come with the program are kept compact until they are found again."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.circuits.circuit import Circuit, PathPoint, SizePath
from backend.circuits.compact import CompactCircuit
from backend.store import (
    Store,
    circuits_with_node,
    get_circuit,
    list_circuits,
    save_circuit,
    save_compact,
)
from backend.store.tables import CircuitEdgeTable
from tests.backend.store.made_circuits import DIGEST, make_circuit


def edges(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(CircuitEdgeTable)) or 0


def exact(number: int) -> Circuit:
    """A circuit whose weights are float32, as those of checkpoints are."""
    circuit = make_circuit(number)
    halves = [edge.model_copy(update={"weight": 0.5}) for edge in circuit.edges]
    return circuit.model_copy(update={"edges": halves})


def test_compact_circuits_are_listed_read_and_found_by_their_nodes(store: Store) -> None:
    circuits = [exact(number) for number in (1, 2)]
    with store.write() as session:
        assert save_compact(session, [CompactCircuit.of(each) for each in circuits]) == 2
        assert save_compact(session, [CompactCircuit.of(each) for each in circuits]) == 0
    with store.read() as session:
        assert {each.slug for each in list_circuits(session)} == {each.slug for each in circuits}
        assert get_circuit(session, circuits[0].slug) == circuits[0]
        (found,) = circuits_with_node(session, DIGEST, "0.mlp.post_act.2")
        assert found.slug == circuits[1].slug
        assert len(circuits_with_node(session, DIGEST, "0.mlp.act_in.3")) == 2
        assert edges(session) == 0


def test_a_circuit_that_is_here_stays_whole(store: Store) -> None:
    circuit = make_circuit(1)
    with store.write() as session:
        save_circuit(session, circuit)
        assert save_compact(session, [CompactCircuit.of(circuit)]) == 0
    with store.read() as session:
        assert get_circuit(session, circuit.slug) == circuit


def test_a_search_that_finds_it_again_puts_the_whole_one_in_its_place(store: Store) -> None:
    circuit = exact(1)
    point = PathPoint(nodes=3, induced_edges=2, validation_loss=0.1, test_loss=0.125)
    whole = circuit.model_copy(update={"path": SizePath(ranking=circuit.nodes, points=[point])})
    with store.write() as session:
        save_compact(session, [CompactCircuit.of(circuit)])
        assert not save_circuit(session, circuit)  # without a path there is nothing to gain
        assert edges(session) == 0
        assert not save_circuit(session, whole)
    with store.read() as session:
        assert get_circuit(session, circuit.slug) == whole
        assert edges(session) == 2
    # From now on the first finding stays, as that of every other circuit.
    with store.write() as session:
        assert not save_circuit(session, circuit)
    with store.read() as session:
        assert get_circuit(session, circuit.slug) == whole
