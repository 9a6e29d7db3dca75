"""Compiled loops take no more threads than their work is worth, nor than torch may use."""

from __future__ import annotations

import subprocess
import sys
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


def test_the_first_loop_leaves_torch_its_threads() -> None:
    program = (
        "import torch; torch.set_num_threads(1)\n"
        f"from models.threads import share_threads; share_threads({100 * GRAIN})\n"
        "print(torch.get_num_threads())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["1"]
