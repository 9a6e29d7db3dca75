"""Compiled loops take no more threads than their work is worth, nor than torch may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from models.threads import GRAIN, share_threads

numba = pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_little_work_is_done_in_one_thread() -> None:
    torch.set_num_threads(2)
    share_threads(GRAIN)
    assert numba.get_num_threads() == 1


def test_much_work_takes_the_threads_there_are() -> None:
    torch.set_num_threads(2)
    share_threads(100 * GRAIN)
    assert numba.get_num_threads() == min(2, numba.config.NUMBA_NUM_THREADS)


def test_no_more_than_torch_may_use() -> None:
    torch.set_num_threads(1)
    share_threads(100 * GRAIN)
    assert numba.get_num_threads() == 1
