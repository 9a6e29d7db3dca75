"""How much memory a piece of work takes, as the system counts it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Self

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


class PeakMemory:
    """The most memory that work in a `with` block took above what the process had before.

    Everything resident counts, pages of mapped files too.

    Attributes:
        peak: bytes, once the block has ended; None where the system does not tell. An earlier
            peak counts too where the system does not let it be forgotten: measure in a new process.
    """

    peak: int | None = None

    def __enter__(self) -> Self:
        with suppress(OSError):
            _RESET.write_text(_RESET_PEAK)
        self._base = _resident("VmRSS")
        return self

    def __exit__(self, *_: object) -> None:
        highest = _resident("VmHWM")
        if highest is not None and self._base is not None:
            self.peak = max(0, highest - self._base)


def _resident(key: str) -> int | None:
    """Bytes of a line of the process's status."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return None
    found = [line.split() for line in lines if line.startswith(f"{key}:")]
    return int(found[0][1]) * 1024 if found else None
