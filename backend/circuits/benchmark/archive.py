"""A benchmark as two files, to come with the program.

outcomes.json    a JSON list of `SearchOutcome`
circuits.jsonl   a `CompactCircuit` a line: the circuits that the outcomes name
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from backend.circuits.benchmark.outcome import SearchOutcome
from backend.circuits.compact import CompactCircuit
from backend.errors import StoreError

OUTCOMES, CIRCUITS = "outcomes.json.gz", "circuits.jsonl"

_ADAPTER = TypeAdapter(list[SearchOutcome])


def write_archive(
    folder: Path, outcomes: Iterable[SearchOutcome], circuits: Iterable[CompactCircuit]
) -> None:
    """Write both files; those that are there are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [outcome.model_dump(mode="json") for outcome in outcomes]
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    (folder / OUTCOMES).write_bytes(gzip.compress(f"[\n{lines}\n]\n".encode(), mtime=0))
    with (folder / CIRCUITS).open("w", encoding="utf-8") as file:
        file.writelines(f"{circuit.model_dump_json()}\n" for circuit in circuits)


def read_outcomes(folder: Path) -> list[SearchOutcome]:
    """The outcomes; none where there is no archive.

    Raises:
        StoreError: the file is none of this version.
    """
    file = folder / OUTCOMES
    if not file.is_file():
        return []
    try:
        return _ADAPTER.validate_json(gzip.decompress(file.read_bytes()))
    except (ValidationError, OSError, EOFError) as error:
        raise _unreadable(file, error) from error


def read_circuits(folder: Path) -> Iterator[CompactCircuit]:
    """The circuits, one after another.

    Raises:
        StoreError: the file is none of this version.
    """
    file = folder / CIRCUITS
    try:
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                yield CompactCircuit.model_validate_json(line)
    except ValidationError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> StoreError:
    return StoreError(
        f"{file} holds no benchmark of this version: {str(error).splitlines()[0]}.",
        remedy="Install Circuit Explorer again, or ship the benchmark anew.",
    )
