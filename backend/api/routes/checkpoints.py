"""The checkpoints of this instance."""

from __future__ import annotations

from fastapi import APIRouter

from backend.api.deps import CheckpointPath, LibraryDep
from backend.api.problems import responses
from backend.api.schemas.checkpoints import (
    BrokenCheckpointSummary,
    CheckpointDetail,
    CheckpointSummary,
)
from backend.api.views import broken_checkpoint, checkpoint_detail, checkpoint_summary

router = APIRouter(tags=["checkpoints"])


@router.get("/checkpoints")
def list_checkpoints(library: LibraryDep) -> list[CheckpointSummary]:
    """Every checkpoint that can be opened, by name."""
    described, _ = library.describe_all()
    return [checkpoint_summary(description) for description in described]


@router.get("/broken-checkpoints")
def list_broken_checkpoints(library: LibraryDep) -> list[BrokenCheckpointSummary]:
    """Folders that look like checkpoints but cannot be opened, each with the reason."""
    _, broken = library.describe_all()
    return [broken_checkpoint(each) for each in broken]


@router.get("/checkpoints/{name}", responses=responses(404, 422))
def get_checkpoint(name: CheckpointPath, library: LibraryDep) -> CheckpointDetail:
    """A checkpoint with its architecture, the sparsity of its matrices and its card."""
    return checkpoint_detail(library.describe(name))
