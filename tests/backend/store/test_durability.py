import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select, text

from backend.store import get_circuit, list_circuits, open_store
from backend.store.tables import CircuitEdgeTable, CircuitNodeTable

REPOSITORY = Path(__file__).resolve().parents[3]


def test_kill_9_during_writes_loses_no_committed_circuit(url: str) -> None:
    """A writer reports each slug after its commit and dies in the middle of further writes."""
    reported: list[str] = []
    for wanted in (15, 40):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.backend.store.made_circuits", url],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        with writer.stdout:
            reported += [writer.stdout.readline().strip() for _ in range(wanted)]
            writer.kill()
            # What it said between the last read and its death counts as well.
            reported += writer.stdout.read().split()
        assert writer.wait() == -9

    store = open_store(url)
    with store.read() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        stored = list_circuits(session)
        assert set(reported) <= {summary.slug for summary in stored}
        # Nor is there half a circuit: the one in the making is there with all its rows, or not.
        assert session.scalar(select(func.count()).select_from(CircuitNodeTable)) == sum(
            summary.node_count for summary in stored
        )
        assert session.scalar(select(func.count()).select_from(CircuitEdgeTable)) == sum(
            summary.induced_edges for summary in stored
        )
        for summary in stored:
            assert get_circuit(session, summary.slug).slug == summary.slug
    store.close()
