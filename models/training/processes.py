"""The processes that train one checkpoint together, each on its share of every batch.

`torchrun` starts them and tells them of each other. All hold the whole model and take the same
steps: gradients are averaged before they are clipped, so the weights are those of one process, to
rounding. Processes talk by nccl where there are GPUs, one for each, else by gloo. They share the
folder of the run, in which the leader alone writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module

import torch
from torch import Tensor, distributed


class BatchError(ValueError):
    """A batch that the processes cannot share."""


def _own_device() -> torch.device:
    """The GPU, if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True)
class Processes:
    """How many processes train together, and which of them this is."""

    rank: int = 0
    count: int = 1
    device: torch.device = field(default_factory=_own_device)

    @property
    def leads(self) -> bool:
        """Whether this process writes, logs and shows progress."""
        return self.rank == 0

    def share(self, batch: Tensor) -> Tensor:
        """This process's rows of a batch [batch, ...].

        Raises:
            BatchError: the rows cannot be shared evenly.
        """
        self.check(len(batch))
        rows = len(batch) // self.count
        return batch[self.rank * rows : (self.rank + 1) * rows]

    def check(self, batch: int) -> None:
        """Check that a batch of so many sequences can be shared evenly.

        Raises:
            BatchError: it cannot.
        """
        if batch % self.count:
            raise BatchError(
                f"run.batch is {batch}, and {self.count} processes are to share it: each must get "
                f"as many sequences; set run.batch to a multiple of {self.count}, or start another "
                "number of processes"
            )

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors by their mean over all processes, in place, in one message."""
        if self.count == 1:
            return
        message = torch.cat([tensor.reshape(-1) for tensor in tensors])
        distributed.all_reduce(message)
        message /= self.count
        parts = message.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view(tensor.shape))

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """Let the leader go through the context before the others enter it."""
        if self.count > 1 and not self.leads:
            distributed.barrier()
        yield
        if self.count > 1 and self.leads:
            distributed.barrier()


@contextmanager
def joined_processes() -> Iterator[Processes]:
    """The processes that `torchrun` started, joined while the context is open; else this one."""
    if not distributed.is_available() or not distributed.is_torchelastic_launched():
        yield Processes()
        return
    device = _own_device()
    on_gpus = device.type == "cuda"
    if on_gpus:
        device = torch.device("cuda", distributed.get_node_local_rank())
        torch.cuda.set_device(device)
    # Imported later, its functions would keep the group as the default of their parameters, past
    # this context: the group's threads, still there when Python goes, then abort the process.
    import_module("torch.distributed.nn")
    distributed.init_process_group("nccl" if on_gpus else "gloo")
    try:
        yield Processes(distributed.get_rank(), distributed.get_world_size(), device)
    finally:
        distributed.destroy_process_group()
