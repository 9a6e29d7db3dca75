"""Where the compiled loops can work."""

from __future__ import annotations

import torch


def serves(*tensors: torch.Tensor) -> bool:
    """Whether the loops can work on all of these: float32 on the CPU, outside autocast."""
    return not torch.is_autocast_enabled("cpu") and all(
        x.device.type == "cpu" and x.dtype == torch.float32 for x in tensors
    )
