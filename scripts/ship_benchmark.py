"""Write the stored outcomes of a benchmark, and the circuits they name, to come with the app.

    python scripts/ship_benchmark.py FOLDER [--checkpoints a,b]

Run `circuit-explorer benchmark` first, with the same CIRCUIT_EXPLORER_* settings. Written are the
outcomes of searches by the default method in its default settings, for checkpoints that this
instance can open. The folder of the app is `backend/shipped/benchmark`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from backend.circuits.benchmark.archive import CIRCUITS, write_archive
from backend.circuits.benchmark.cells import current
from backend.circuits.compact import CompactCircuit
from backend.circuits.search import SearchConfig
from backend.library import CheckpointLibrary
from backend.settings import get_settings
from backend.store import get_circuit, list_outcomes, open_store


def main() -> None:
    """Write both files of the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--checkpoints", help="names, with commas between; default: all")
    options = parser.parse_args()
    settings = get_settings()
    described, _ = CheckpointLibrary.from_settings(settings).describe_all()
    names = options.checkpoints.split(",") if options.checkpoints else None
    digests = {each["digest"] for each in described if names is None or each["name"] in names}
    store = open_store(settings.resolved_database_url)
    with store.read() as session:
        outcomes = [
            each
            for each in current(list_outcomes(session, method=SearchConfig().method, settings="{}"))
            if each.checkpoint_digest in digests
        ]
        slugs = dict.fromkeys(each.slug for each in outcomes if each.slug is not None)
        circuits = [CompactCircuit.of(get_circuit(session, slug)) for slug in slugs]
    store.close()
    write_archive(options.folder, outcomes, circuits)
    size = (options.folder / CIRCUITS).stat().st_size
    print(f"{len(outcomes)} outcomes, {len(circuits)} circuits in {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
