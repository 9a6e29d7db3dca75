from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from backend.errors import CircuitNotFoundError, ReportNotFoundError, StoreError
from backend.store import (
    Store,
    add_report,
    find_report,
    get_report,
    get_summary,
    list_circuits,
    save_circuit,
    save_report,
)
from backend.store.tables import CircuitTable, ReportTable
from tests.backend.store.made_circuits import make_circuit
from tests.backend.store.made_reports import make_report


@pytest.fixture
def slug(store: Store) -> str:
    """Of a stored circuit."""
    circuit = make_circuit()
    with store.write() as session:
        save_circuit(session, circuit)
    return circuit.slug


def test_a_report_comes_back_unchanged(store: Store, slug: str) -> None:
    report = make_report(slug)
    with store.write() as session:
        save_report(session, report)
    with store.read() as session:
        assert get_report(session, slug) == find_report(session, slug) == report


def test_the_newest_report_is_kept(store: Store, slug: str) -> None:
    for seconds in (1.0, 2.0):
        with store.write() as session:
            save_report(session, make_report(slug, seconds=seconds))
    with store.read() as session:
        assert get_report(session, slug).seconds == 2.0
        assert session.scalar(select(func.count()).select_from(ReportTable)) == 1


def test_a_report_from_elsewhere_does_not_replace_ours(store: Store, slug: str) -> None:
    with store.write() as session:
        assert add_report(session, make_report(slug, seconds=1.0))
    with store.write() as session:
        assert not add_report(session, make_report(slug, seconds=2.0))
    with store.read() as session:
        assert get_report(session, slug).seconds == 1.0


def test_writers_of_the_same_report_do_not_disturb_each_other(store: Store, slug: str) -> None:
    def write(number: int) -> None:
        with store.write() as session:
            save_report(session, make_report(slug, seconds=float(number)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    with store.read() as session:
        assert get_report(session, slug).seconds in range(8)


def test_lists_say_which_circuits_have_a_report(store: Store, slug: str) -> None:
    with store.write() as session:
        save_circuit(session, make_circuit(1))
        assert not get_summary(session, slug).has_report
        save_report(session, make_report(slug))
        assert get_summary(session, slug).has_report
    with store.read() as session:
        assert {each.slug for each in list_circuits(session) if each.has_report} == {slug}


def test_a_circuit_that_was_never_verified_says_how_to(store: Store, slug: str) -> None:
    with store.read() as session:
        assert find_report(session, slug) is None
        with pytest.raises(ReportNotFoundError, match="circuit-explorer verify"):
            get_report(session, slug)


def test_a_report_needs_its_circuit(store: Store) -> None:
    with pytest.raises(CircuitNotFoundError, match="'none-1'"), store.write() as session:
        save_report(session, make_report("none-1"))
    with store.read() as session:
        with pytest.raises(CircuitNotFoundError, match="'none-1'"):
            get_report(session, "none-1")
        with pytest.raises(CircuitNotFoundError, match="'none-1'"):
            find_report(session, "none-1")


def test_a_report_goes_with_its_circuit(store: Store, slug: str) -> None:
    with store.write() as session:
        save_report(session, make_report(slug))
    with store.write() as session:
        session.delete(session.scalars(select(CircuitTable)).one())
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(ReportTable)) == 0


def test_a_report_of_another_schema_is_a_store_error(store: Store, slug: str) -> None:
    with store.write() as session:
        save_report(session, make_report(slug))
        session.execute(text("""UPDATE reports SET document = '{"schema_version": 99}'"""))
    with store.read() as session, pytest.raises(StoreError, match=r"version 99.*verify"):
        get_report(session, slug)
