"""Folders of task files, looked at afresh whenever somebody asks; unchanged files are read once."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.files.findings import Finding
from tasks.files.task_file import MAX_BYTES, TaskFile, read_task_file
from tasks.template_task import Task

SUFFIX = ".toml"


@dataclass(frozen=True)
class BrokenTask:
    """A task file that makes no task.

    Attributes:
        path: of the file.
        name: of the task, or of the file where that is not known.
        findings: why.
    """

    path: Path
    name: str
    findings: tuple[Finding, ...]

    @property
    def error(self) -> str:
        """The first finding with its place, and how many there are."""
        first, *others = self.findings
        more = f" (and {len(others)} more)" if others else ""
        return first.at(self.path.name) + more


class TaskFolders:
    """The tasks in some folders. Safe to share between threads.

    Args:
        folders: searched in this order; those that do not exist hold no tasks.
        taken: names that no file may use.
    """

    def __init__(self, folders: Sequence[Path], taken: Collection[str] = ()) -> None:
        self._folders = tuple(folders)
        self._taken = frozenset(taken)
        self._read: dict[Path, tuple[tuple[int, int, int], TaskFile]] = {}
        self._lock = threading.Lock()

    def scan(self) -> tuple[dict[str, Task], list[BrokenTask]]:
        """The tasks by name, in alphabetical order, and the files that make none."""
        found, broken = self._scan()
        return {name: task for name, (task, _) in sorted(found.items())}, broken

    def path_of(self, name: str) -> Path | None:
        """The file that a task was read from; None if there is no such task."""
        found, _ = self._scan()
        return found[name][1] if name in found else None

    def _scan(self) -> tuple[dict[str, tuple[Task, Path]], list[BrokenTask]]:
        found: dict[str, tuple[Task, Path]] = {}
        broken: list[BrokenTask] = []
        with self._lock:
            for path in self._files():
                file = self._file(path)
                if file is None:
                    continue
                if file.errors or file.task is None:
                    broken.append(BrokenTask(path, file.name or path.stem, file.errors))
                elif file.name in found:
                    other = found[file.name][1]
                    broken.append(BrokenTask(path, path.stem, (_again(file, other),)))
                else:
                    found[file.name] = (file.task, path)
        return found, broken

    def _files(self) -> Iterator[Path]:
        for folder in self._folders:
            if folder.is_dir():
                files = sorted(folder.glob(f"*{SUFFIX}"))
                yield from (file for file in files if not file.name.startswith("."))

    def _file(self, path: Path) -> TaskFile | None:
        """A file as it is now; None if it has gone."""
        try:
            status = path.stat()
            state = (status.st_mtime_ns, status.st_size, status.st_ino)
            if path not in self._read or self._read[path][0] != state:
                with path.open("rb") as stream:
                    content = stream.read(MAX_BYTES + 1)
                self._read[path] = (state, read_task_file(content, self._taken))
        except FileNotFoundError:
            return None
        except OSError as error:
            unreadable = Finding(
                1, f"The file cannot be read: {error}.", "Task files are read at every look.",
                "Make it readable, or take it out of the folder.",
            )  # fmt: skip
            return TaskFile(b"", findings=(unreadable,))
        return self._read[path][1]


def _again(file: TaskFile, other: Path) -> Finding:
    return Finding(
        file.lines.of("name"),
        f"The name {file.name!r} is that of the task in {other}.",
        "Each task has a name of its own; the first one found keeps it.",
        "Give this one another name, or take one of the two files away.",
    )
