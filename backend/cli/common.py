"""What all commands share: the terminal, errors in one clear message, the store and the library."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from backend.errors import CircuitExplorerError
from backend.settings import get_settings

if TYPE_CHECKING:
    from backend.library import CheckpointLibrary
    from backend.store import Store
    from models.checkpoints import Checkpoint

EXIT_NO_CIRCUIT = 1
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130

messages = Console(stderr=True, highlight=False)
"""Progress and messages."""
results = Console(highlight=False)
"""What a command was asked for."""
FILE_WIDTH = 160
"""Columns of a table that is printed into a file."""

P = ParamSpec("P")
R = TypeVar("R")


def plain_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Makes a command end with a message and an exit code where it would end with a traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except CircuitExplorerError as error:
            raise fail(error.detail, error.remedy) from None
        except (ValueError, OSError) as error:
            if not _is_expected(error):
                raise
            raise fail(str(error)) from None
        except KeyboardInterrupt:
            messages.print("Stopped.")
            raise typer.Exit(EXIT_INTERRUPTED) from None

    return wrapped


def fail(detail: str, remedy: str = "", code: int = EXIT_ERROR) -> typer.Exit:
    """Prints an error; raise what it returns."""
    messages.print("error:", style="bold red", end=" ")
    messages.print(detail, markup=False, soft_wrap=True)
    if remedy:
        messages.print(remedy, markup=False, soft_wrap=True)
    return typer.Exit(code)


def print_table(table: Table) -> None:
    """Prints a table: as wide as the terminal is, or into a file with all its columns whole."""
    wide = results if results.is_terminal else Console(highlight=False, width=FILE_WIDTH)
    wide.print(table)


def print_json(value: Any) -> None:
    """Prints a value as JSON, and nothing else."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def opened_store() -> Iterator[Store]:
    """The database of the settings."""
    from backend.store import open_store

    store = open_store(get_settings().resolved_database_url)
    try:
        yield store
    finally:
        store.close()


def library() -> CheckpointLibrary:
    """The checkpoints of the settings."""
    from backend.library import CheckpointLibrary

    return CheckpointLibrary.from_settings(get_settings())


def find_task_files() -> None:
    """From now on the tasks are also those of the settings' task files."""
    from tasks import use_task_folders

    use_task_folders(get_settings().task_search_path)


def open_checkpoint(name_or_path: str) -> Checkpoint:
    """A checkpoint by the name it goes by here, or by its folder.

    Raises:
        CheckpointNotFoundError: it is neither.
        CheckpointError, InvalidRequestError: it cannot be opened.
    """
    from models.checkpoints import load_checkpoint

    known = library()
    if name_or_path not in known.names() and Path(name_or_path).exists():
        return load_checkpoint(name_or_path, get_settings().tokenizer_search_path)
    return known.open(name_or_path)


def _is_expected(error: ValueError | OSError) -> bool:
    """Whether the error's message was written for whoever typed the command."""
    if isinstance(error, OSError):
        return True
    from models.checkpoints import CheckpointError
    from models.recipe import RecipeError
    from models.training.processes import BatchError
    from tasks import TaskError

    return isinstance(error, CheckpointError | RecipeError | BatchError | TaskError)
