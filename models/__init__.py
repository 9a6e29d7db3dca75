"""Transformers whose weights are sparse: the model, its training, its checkpoints.

The names below are loaded when first used, so that `import models.config` alone stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.checkpoints import Checkpoint, CheckpointError, load_checkpoint
    from models.config import ModelConfig
    from models.means import NodeMeans
    from models.transformer import SparseTransformer

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "ModelConfig",
    "NodeMeans",
    "SparseTransformer",
    "load_checkpoint",
]

_HOME = {
    "Checkpoint": "models.checkpoints",
    "CheckpointError": "models.checkpoints",
    "ModelConfig": "models.config",
    "NodeMeans": "models.means",
    "SparseTransformer": "models.transformer",
    "load_checkpoint": "models.checkpoints",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
