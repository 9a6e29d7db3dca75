"""Drawings as JSON, made once: a slug names a circuit's content, so its drawing never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MOST_BYTES = 64_000_000


class Drawn:
    """The drawings asked for last, by slug, as many as fit.

    Args:
        most_bytes: of JSON that are kept; the newest is kept whatever its size.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, slug: str, draw: Callable[[], bytes]) -> bytes:
        """The drawing of a circuit; `draw` is called if it is not kept."""
        with self._lock:
            if slug not in self._kept:
                self._kept[slug] = draw()
            self._kept.move_to_end(slug)
            while len(self._kept) > 1 and self._size() > self._most_bytes:
                self._kept.popitem(last=False)
            return self._kept[slug]

    def _size(self) -> int:
        return sum(map(len, self._kept.values()))
