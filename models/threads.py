"""How many threads the compiled loops take."""

from __future__ import annotations

import torch

GRAIN = 2**15
"""Entries that are worth a thread: starting one takes as long as working through so many."""


def share_threads(entries: int) -> None:
    """Let the next compiled loop run in as many threads as its work is worth.

    No more than torch may use: processes that share a machine are told so by
    `torch.set_num_threads`, and loops that wait for each other's threads lose far more than they
    gain.

    Args:
        entries: of the loop's input and output together.
    """
    import numba

    threads = torch.get_num_threads()
    # numba.config gets its attributes when it is imported: mypy cannot see them
    most = min(threads, numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]
    numba.set_num_threads(max(1, min(most, entries // GRAIN)))
    # The first time starts numba's threads, and tells an OpenMP that torch may share how many.
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
