"""Real Python: the files of installed source trees, in a fixed order."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

# Tests, installed packages, and tables of characters and of help text, which are not programs.
SKIPPED_FOLDERS = frozenset(
    {
        *("test", "tests", "idle_test", "lib2to3", "site-packages", "dist-packages"),
        *("__pycache__", "encodings", "pydoc_data"),
    }
)
MIN_PIECE = 1500  # characters


class SourceError(ValueError):
    """A folder of sources that cannot be used."""


def standard_library() -> Path:
    """The folder of the running Python's standard library."""
    return Path(sysconfig.get_paths()["stdlib"])


def python_files(folders: Iterable[str | Path] = ()) -> Iterator[tuple[str, str]]:
    """Relative path and text of each Python file of the folders (default: standard library).

    Sorted by path within a folder; test folders, installed packages and files that are not UTF-8
    are skipped.

    Raises:
        SourceError: a folder does not exist.
    """
    for folder in [Path(folder) for folder in folders] or [standard_library()]:
        if not folder.is_dir():
            raise SourceError(
                f"{str(folder)!r} is not a folder: give folders of Python sources, or none for "
                "the standard library"
            )
        for path in sorted(folder.rglob("*.py")):
            relative = path.relative_to(folder)
            if SKIPPED_FOLDERS.intersection(relative.parts):
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            if text.strip():
                yield relative.as_posix(), text


def top_level_pieces(text: str) -> Iterator[str]:
    """Cut a file before top-level definitions into pieces of at least `MIN_PIECE` characters.

    A document should begin where code begins, and a file of 200 kB must not be one document.
    """
    piece: list[str] = []
    size = 0
    for line in text.splitlines(keepends=True):
        if size >= MIN_PIECE and line.startswith(("def ", "class ", "@", "async def ")):
            yield "".join(piece)
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield "".join(piece)
