import pytest
from sqlalchemy import func, select, text

from backend.errors import CircuitNotFoundError, InvalidRequestError, StoreError
from backend.store import (
    Store,
    circuits_with_node,
    get_circuit,
    get_summary,
    has_circuit,
    list_circuits,
    save_circuit,
)
from backend.store.tables import CircuitEdgeTable, CircuitNodeTable, CircuitTable
from tests.backend.store.made_circuits import DIGEST, make_circuit


def test_a_circuit_comes_back_unchanged(store: Store) -> None:
    circuit = make_circuit(863)
    with store.write() as session:
        assert save_circuit(session, circuit)
    with store.read() as session:
        assert get_circuit(session, circuit.slug) == circuit


def test_a_circuit_survives_a_restart(store: Store, any_url: str) -> None:
    from backend.store import open_store

    circuit = make_circuit()
    with store.write() as session:
        save_circuit(session, circuit)
    store.close()
    again = open_store(any_url)
    with again.read() as session:
        assert get_circuit(session, circuit.slug) == circuit
    again.close()


def test_nodes_and_edges_have_rows(store: Store) -> None:
    circuit = make_circuit(5)
    with store.write() as session:
        save_circuit(session, circuit)
    with store.read() as session:
        nodes = session.execute(select(CircuitNodeTable.site, CircuitNodeTable.channel)).all()
        edges = session.scalars(select(CircuitEdgeTable)).all()
    assert sorted(f"{site}.{channel}" for site, channel in nodes) == sorted(circuit.nodes)
    assert {(e.source, e.target, e.weight, e.kept) for e in edges} == {
        (e.source, e.target, e.weight, e.kept) for e in circuit.edges
    }


def test_the_summary_has_the_circuits_numbers(store: Store) -> None:
    circuit = make_circuit(2)
    with store.write() as session:
        save_circuit(session, circuit)
    with store.read() as session:
        summary = get_summary(session, circuit.slug)
    assert summary.node_count == 3
    assert (summary.induced_edges, summary.kept_edges) == (2, 1)
    assert (summary.task_loss, summary.accuracy) == (0.125, 0.97)
    assert (summary.target_loss, summary.meets_target) == (0.15, True)
    assert (summary.seed, summary.seconds) == (2, 12.5)
    assert summary.created.tzinfo is not None
    assert summary.method == "masks"


def test_saving_twice_keeps_the_first(store: Store) -> None:
    first = make_circuit(1)
    later = first.model_copy(
        update={"provenance": first.provenance.model_copy(update={"seed": 4, "seconds": 99.0})}
    )
    assert later.slug == first.slug
    with store.write() as session:
        assert save_circuit(session, first)
        assert not save_circuit(session, later)
    with store.read() as session:
        assert get_circuit(session, first.slug).provenance.seed == 1
        assert session.scalar(select(func.count()).select_from(CircuitTable)) == 1


def test_a_forged_slug_is_refused(store: Store) -> None:
    forged = make_circuit(1).model_copy(update={"slug": make_circuit(2).slug})
    with pytest.raises(InvalidRequestError, match="calls itself"), store.write() as session:
        save_circuit(session, forged)


def test_lists_filter_and_put_the_smallest_that_meets_its_target_first(store: Store) -> None:
    circuits = [
        make_circuit(0, loss=0.5),
        make_circuit(1),
        make_circuit(2, task="var_swap"),
        make_circuit(3, checkpoint="other"),
    ]
    with store.write() as session:
        for circuit in circuits:
            save_circuit(session, circuit)
    with store.read() as session:
        assert len(list_circuits(session)) == 4
        tiny = list_circuits(session, checkpoint="tiny")
        assert [(c.task, c.seed) for c in tiny] == [
            ("class_init", 1),
            ("class_init", 0),
            ("var_swap", 2),
        ]
        assert [c.seed for c in list_circuits(session, task="var_swap")] == [2]
        assert [c.seed for c in list_circuits(session, "other", "class_init")] == [3]
        assert list_circuits(session, checkpoint_digest="d" * 64) == []


def test_circuits_can_be_asked_for_a_node(store: Store) -> None:
    with store.write() as session:
        for number in (10, 11):
            save_circuit(session, make_circuit(number))
        save_circuit(session, make_circuit(11, task="var_swap"))
        save_circuit(session, make_circuit(12, checkpoint="other"))
    with store.read() as session:
        shared = circuits_with_node(session, DIGEST, "0.mlp.act_in.3")
        assert [c.seed for c in shared] in ([10, 11, 11], [11, 10, 11])
        assert [c.task for c in circuits_with_node(session, DIGEST, "0.mlp.post_act.11")] == [
            "class_init",
            "var_swap",
        ]
        assert circuits_with_node(session, DIGEST, "0.mlp.post_act.12") == []
        with pytest.raises(InvalidRequestError, match="is no node"):
            circuits_with_node(session, DIGEST, "somewhere")


def test_an_unknown_slug_is_named(store: Store) -> None:
    with store.read() as session:
        assert not has_circuit(session, "nothing-1")
        with pytest.raises(CircuitNotFoundError, match="'nothing-1'"):
            get_circuit(session, "nothing-1")
        with pytest.raises(CircuitNotFoundError, match="'nothing-1'"):
            get_summary(session, "nothing-1")


def test_a_document_of_another_schema_is_a_store_error(store: Store) -> None:
    circuit = make_circuit()
    with store.write() as session:
        save_circuit(session, circuit)
        session.execute(text("""UPDATE circuits SET document = '{"schema_version": 99}'"""))
    with store.read() as session, pytest.raises(StoreError, match="schema version 99"):
        get_circuit(session, circuit.slug)


def test_deleting_a_circuit_takes_its_rows_along(store: Store) -> None:
    with store.write() as session:
        save_circuit(session, make_circuit())
    with store.write() as session:
        session.delete(session.scalars(select(CircuitTable)).one())
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(CircuitNodeTable)) == 0
        assert session.scalar(select(func.count()).select_from(CircuitEdgeTable)) == 0
