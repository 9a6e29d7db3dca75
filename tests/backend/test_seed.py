"""Shipped circuits are stored once."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.circuits.benchmark.archive import CIRCUITS, OUTCOMES, read_outcomes, write_archive
from backend.circuits.bundle import Bundle
from backend.circuits.circuit import Circuit
from backend.circuits.compact import CompactCircuit
from backend.errors import StoreError
from backend.seed import BENCHMARK, SHIPPED, import_benchmark, import_shipped
from backend.store import get_circuit, get_report, list_outcomes, open_store, save_report
from tests.backend.circuits.benchmark.made_outcomes import make_outcome
from tests.backend.store.made_reports import make_report


def test_shipped_circuits_are_stored_once(tmp_path: Path, circuit: Circuit) -> None:
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "one.json").write_text(circuit.model_dump_json())
    store = open_store(f"sqlite:///{tmp_path / 'circuits.sqlite3'}")
    assert import_shipped(store, folder) == 1
    assert import_shipped(store, folder) == 0
    with store.read() as session:
        assert get_circuit(session, circuit.slug) == circuit
    store.close()


def test_a_file_that_is_no_circuit_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text("{}")
    store = open_store(f"sqlite:///{tmp_path / 'circuits.sqlite3'}")
    with pytest.raises(StoreError, match=r"one\.json"):
        import_shipped(store, tmp_path)
    store.close()


def test_what_is_shipped_can_be_read(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'circuits.sqlite3'}")
    assert import_shipped(store) == len(list(SHIPPED.glob("*.json")))
    store.close()


def test_a_shipped_report_is_stored_with_its_circuit_and_later_too(
    tmp_path: Path, circuit: Circuit
) -> None:
    file = tmp_path / "one.json"
    file.write_text(circuit.model_dump_json())
    report = make_report(circuit.slug)
    store = open_store(f"sqlite:///{tmp_path / 'circuits.sqlite3'}")
    assert import_shipped(store, tmp_path) == 1
    # The next version ships the report as well.
    file.write_text(Bundle(circuit=circuit, report=report).model_dump_json())
    assert import_shipped(store, tmp_path) == 0
    with store.read() as session:
        assert get_report(session, circuit.slug) == report
    # What the user has computed since stays.
    own = make_report(circuit.slug, seconds=99.0)
    with store.write() as session:
        save_report(session, own)
    assert import_shipped(store, tmp_path) == 0
    with store.read() as session:
        assert get_report(session, circuit.slug) == own
    store.close()


def test_a_shipped_benchmark_is_stored_once(tmp_path: Path, circuit: Circuit) -> None:
    outcomes = [make_outcome(9, slug=circuit.slug), make_outcome(None, seed=1)]
    write_archive(tmp_path / "archive", outcomes, [CompactCircuit.of(circuit)])
    assert read_outcomes(tmp_path / "archive") == outcomes
    store = open_store(f"sqlite:///{tmp_path / 'circuits.sqlite3'}")
    assert import_benchmark(store, tmp_path / "archive") == 2
    assert import_benchmark(store, tmp_path / "archive") == 0
    assert import_benchmark(store, tmp_path / "nothing") == 0
    with store.read() as session:
        assert list_outcomes(session) == outcomes
        assert get_circuit(session, circuit.slug) == circuit
    store.close()


@pytest.mark.parametrize("name", [OUTCOMES, CIRCUITS])
def test_a_damaged_benchmark_is_named(tmp_path: Path, circuit: Circuit, name: str) -> None:
    write_archive(tmp_path, [make_outcome(9)], [CompactCircuit.of(circuit)])
    (tmp_path / name).write_bytes(b"no benchmark")
    store = open_store(f"sqlite:///{tmp_path / 'circuits.sqlite3'}")
    with pytest.raises(StoreError, match=name.replace(".", r"\.")):
        import_benchmark(store, tmp_path)
    store.close()


def test_the_benchmark_that_is_shipped_names_circuits_that_are_there(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'circuits.sqlite3'}")
    import_shipped(store)
    assert import_benchmark(store) == len(read_outcomes(SHIPPED / BENCHMARK))
    with store.read() as session:
        for outcome in list_outcomes(session):
            if outcome.slug is not None:
                found = get_circuit(session, outcome.slug)
                assert found.induced_edges == outcome.induced_edges
    store.close()
