import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from backend.errors import SettingsError, StoreError
from backend.store import Store, find_report, get_circuit, get_summary, open_store, save_circuit
from backend.store.engine import make_engine, upgrade
from backend.store.tables import CircuitNodeTable, Table
from tests.backend.store.made_circuits import make_circuit


def test_sqlite_runs_in_wal_mode_with_foreign_keys(url: str) -> None:
    store = open_store(url)
    with store.read() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA busy_timeout")) == 30_000
    store.close()


def test_foreign_keys_are_enforced(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as session:
        session.add(CircuitNodeTable(circuit_id=99, site="0.mlp.act_in", channel=0))


def test_migrations_from_empty_give_the_tables_of_the_code(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_upgrade_of_what_is_up_to_date_changes_nothing(store: Store) -> None:
    before = inspect(store.engine).get_table_names()
    upgrade(store.engine)
    assert inspect(store.engine).get_table_names() == before
    assert set(before) == {*Table.metadata.tables, "alembic_version"}


def test_a_newer_database_is_refused_with_a_remedy(store: Store, any_url: str) -> None:
    with store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    with pytest.raises(StoreError, match=r"r9999.*Install the version"):
        open_store(any_url)


def test_an_interrupted_migration_leaves_nothing(
    any_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend.store.migrations.versions import r0001_first_tables as step

    real = step.op.create_index

    def fail_late(name: str, *args: Any, **kwargs: Any) -> None:
        if "job_events" in args:
            raise KeyboardInterrupt
        real(name, *args, **kwargs)

    engine = make_engine(any_url)
    monkeypatch.setattr("alembic.op.create_index", fail_late)
    with pytest.raises(KeyboardInterrupt):
        upgrade(engine)
    assert inspect(engine).get_table_names() == []
    monkeypatch.undo()
    upgrade(engine)
    assert "job_events" in inspect(engine).get_table_names()
    engine.dispose()


def _open(url: str) -> None:
    open_store(url).close()


def test_processes_that_start_together_all_come_up(any_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_open, args=(any_url,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(180)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]


@pytest.mark.parametrize("url", ["not a url", "oracle9://somewhere/else"])
def test_unusable_urls_are_settings_errors(url: str) -> None:
    with pytest.raises(SettingsError, match="CIRCUIT_EXPLORER_DATABASE_URL"):
        make_engine(url)


def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database, but long enough to be mistaken for one\n" * 100)
    with pytest.raises(StoreError, match=r"notes\.txt"):
        open_store(f"sqlite:///{path}")


def test_passwords_do_not_reach_messages() -> None:
    with pytest.raises(SettingsError) as caught:
        make_engine("oracle9://user:hunter2@db/circuits")
    assert "hunter2" not in str(caught.value)


def test_circuits_of_the_first_version_are_kept_when_reports_come(any_url: str) -> None:
    circuit = make_circuit()
    store = open_store(any_url)
    with store.write() as session:
        save_circuit(session, circuit)
        # Back to what version r0001 left behind.
        session.execute(text("DROP TABLE words"))
        session.execute(text("DROP TABLE search_outcomes"))
        session.execute(text("DROP TABLE reports"))
        session.execute(text("ALTER TABLE circuits DROP COLUMN method"))
        session.execute(text("UPDATE alembic_version SET version_num = 'r0001'"))
    store.close()
    again = open_store(any_url)
    with again.read() as session:
        assert get_circuit(session, circuit.slug) == circuit
        assert get_summary(session, circuit.slug).method == circuit.provenance.method
        assert find_report(session, circuit.slug) is None
        assert session.scalar(select(func.count()).select_from(CircuitNodeTable)) == 3
    again.close()
