"""Reports on circuits: the newest one of each circuit, gone when the circuit is."""

from __future__ import annotations

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.circuits.faithfulness.document import FaithfulnessReport
from backend.errors import CircuitNotFoundError, ReportNotFoundError, StoreError
from backend.store.circuits import lock_circuit
from backend.store.tables import CircuitTable, ReportTable, utc_now


def save_report(session: Session, report: FaithfulnessReport) -> None:
    """Stores a report on a stored circuit, in the place of the one it had.

    Raises:
        CircuitNotFoundError: the circuit it is on is not stored.
    """
    circuit = _locked(session, report.slug)
    session.merge(
        ReportTable(
            circuit_id=circuit.id, document=report.model_dump(mode="json"), created=utc_now()
        )
    )
    session.flush()
    session.expire(circuit, ["has_report"])


def add_report(session: Session, report: FaithfulnessReport) -> bool:
    """Stores a report from elsewhere, unless the circuit has one: what is here stays.

    Returns:
        Whether it was stored.

    Raises:
        CircuitNotFoundError: the circuit it is on is not stored.
    """
    circuit = _locked(session, report.slug)
    if circuit.has_report:
        return False
    save_report(session, report)
    return True


def get_report(session: Session, slug: str) -> FaithfulnessReport:
    """The newest report on the circuit with this slug.

    Raises:
        CircuitNotFoundError: there is no such circuit.
        ReportNotFoundError: the circuit was never verified.
        StoreError: the stored document cannot be read by this version.
    """
    report = find_report(session, slug)
    if report is None:
        raise ReportNotFoundError(f"Circuit {slug!r} has no report yet.")
    return report


def find_report(session: Session, slug: str) -> FaithfulnessReport | None:
    """The newest report on the circuit with this slug; None if it was never verified.

    Raises:
        CircuitNotFoundError: there is no such circuit.
        StoreError: the stored document cannot be read by this version.
    """
    query = (
        select(CircuitTable.id, ReportTable.document)
        .outerjoin(ReportTable, ReportTable.circuit_id == CircuitTable.id)
        .where(CircuitTable.slug == slug)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise CircuitNotFoundError(f"There is no circuit {slug!r}.")
    if row.document is None:
        return None
    try:
        return FaithfulnessReport.model_validate(row.document)
    except ValidationError as error:
        raise StoreError(
            f"The report on circuit {slug!r} has schema version "
            f"{row.document.get('schema_version')!r}, which this version cannot read: "
            f"{error.error_count()} fields do not fit.",
            remedy=f"Verify the circuit again: circuit-explorer verify {slug}.",
        ) from error


def _locked(session: Session, slug: str) -> CircuitTable:
    """The circuit a report is on; other writers of its report wait for this transaction's end."""
    lock_circuit(session, slug)
    return session.scalars(
        select(CircuitTable)
        .where(CircuitTable.slug == slug)
        .execution_options(populate_existing=True)
    ).one()
