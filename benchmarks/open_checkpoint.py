"""How much memory and how many seconds it takes to open a checkpoint, and to use it once.

Measured in a new process after everything is imported: the peak of what is resident, pages of
mapped files included, above what the interpreter had. Beside it what the opened model holds, what
its tensors would take as dense ones, and the peak of one forward pass over 256 tokens.

    python scripts/make_large_checkpoint.py /tmp/large
    python benchmarks/open_checkpoint.py /tmp/large
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from backend.cli.memory import PeakMemory
from models.checkpoints import load_checkpoint
from models.sparse_linear import memory_bytes, named_tensors

TOKENS = 256


@dataclass(frozen=True)
class Opening:
    """Bytes and seconds; None where the system does not tell."""

    parameters: int
    seconds: float
    peak: int | None
    held: int
    forward_seconds: float
    forward_peak: int | None

    @property
    def dense(self) -> int:
        """What the tensors take as float32."""
        return 4 * self.parameters


def open_here(path: Path) -> Opening:
    """Open a checkpoint in this process."""
    begun = time.perf_counter()
    with PeakMemory() as opening:
        model = load_checkpoint(path).model
    seconds = time.perf_counter() - begun
    tokens = torch.randint(model.config.vocab_size, (1, min(TOKENS, model.config.n_ctx)))
    begun = time.perf_counter()
    with PeakMemory() as pass_, torch.no_grad():
        model(tokens)
    return Opening(
        parameters=sum(tensor.numel() for _, tensor in named_tensors(model)),
        seconds=seconds,
        peak=opening.peak,
        held=memory_bytes(model),
        forward_seconds=time.perf_counter() - begun,
        forward_peak=pass_.peak,
    )


def measure(*paths: Path) -> list[Opening]:
    """Open checkpoints in a new process, one after another."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.map(open_here, paths, chunksize=len(paths))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", type=Path, help="folder")
    (found,) = measure(parser.parse_args().checkpoint)

    def size(count: int | None) -> str:
        return "not told by this system" if count is None else f"{count / 1e9:.3f} GB"

    print(f"parameters            {found.parameters:,} ({size(found.dense)} as dense float32)")
    print(f"opened in             {found.seconds:.1f} s")
    print(f"peak above the base   {size(found.peak)}")
    print(f"the model holds       {size(found.held)}")
    print(f"{TOKENS} tokens take       {found.forward_seconds:.1f} s, compiling included")
    print(f"and above the base    {size(found.forward_peak)}")


if __name__ == "__main__":
    main()
