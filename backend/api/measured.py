"""Measures of checkpoints, each taken once while its checkpoint stays open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from backend.api.deps import Services
from models.checkpoints import Checkpoint

T = TypeVar("T")

_known: WeakKeyDictionary[Checkpoint, dict[Callable[[Checkpoint], Any], Any]] = WeakKeyDictionary()


def measured(services: Services, name: str, measure: Callable[[Checkpoint], T]) -> T:
    """What a function says of a checkpoint; the second time from memory.

    Nothing else is evaluated meanwhile: a measure may put hooks on the model.

    Args:
        services: the server's.
        name: of the checkpoint.
        measure: a function of a module, so that it is the same one each time.

    Raises:
        CheckpointNotFoundError, InvalidRequestError: it is not here, or cannot be opened.
    """
    checkpoint = services.library.open(name)
    with services.evaluating:
        known = _known.setdefault(checkpoint, {})
        if measure not in known:
            known[measure] = measure(checkpoint)
        return cast(T, known[measure])
