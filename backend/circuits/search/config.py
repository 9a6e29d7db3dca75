"""What a search is given, what it says on the way, and how it can end without a circuit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.errors import CircuitExplorerError, JobCancelledError

METHOD_NAMES = ("path", "paper", "paper+elimination", "attribution")
"""What `SearchConfig.method` may be; `search.methods` has a file for each."""


class SearchConfig(BaseModel):
    """What a search is asked for: the method, the target, the pairs and how much work.

    The centres and ranges of `paper` are in `methods.trials`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["path", "paper", "paper+elimination", "attribution"] = "path"
    seconds: float | None = Field(
        default=None, gt=0, description="wall-clock time to fill; a method may end earlier"
    )
    trials: int = Field(default=256, gt=0, description="of `paper`, at most (published: 256)")
    swaps: int = Field(
        default=40, ge=0, description="rounds of `path` at most; as many as fit into `seconds`"
    )
    swap_passes: int = Field(
        default=3000,
        ge=0,
        description="forward passes after which no round of swaps begins; those of a circuit of "
        "more than 64 nodes count for more, as they take longer",
    )
    target_loss: float = Field(default=0.15, gt=0, description="task loss to reach, nats")
    seed: int = Field(default=0, ge=0)
    batch_pairs: int = Field(default=64, gt=0, description="pairs a step (published: 64)")
    train_pairs: int = Field(default=200, gt=0, description="pool the batches are drawn from")
    validation_pairs: int = Field(default=100, gt=0, description="fixed pairs that select")
    test_pairs: int = Field(default=100, gt=0, description="fixed pairs that report")
    importance_points: int = Field(
        default=5, gt=0, description="points of `attribution`'s integrated gradients"
    )
    margin: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="share of the target that the validation loss must meet, for the test's sake",
    )


@dataclass(frozen=True)
class Progress:
    """How far a search is.

    Attributes:
        stage: what is being done, e.g. `descent`, `swaps` or `masks`.
        step: done in this stage.
        steps: of this stage; an estimate where the end is not known.
        loss: task loss of the circuit alone, nats; on training pairs during `masks`.
        nodes: in the circuit.
        edges: induced by them; None where it was not counted.
    """

    stage: str
    step: int
    steps: int
    loss: float
    nodes: int
    edges: int | None = None


class SearchCancelled(JobCancelledError):  # noqa: N818 - an outcome, not a mistake
    """The search was asked to stop."""


class SearchFailed(CircuitExplorerError):  # noqa: N818 - an outcome, not a mistake
    """No circuit meets the target."""

    title = "No circuit meets the target"
    status = 422
    default_remedy = "Raise the target loss, try another seed, or pick another checkpoint."


@dataclass(frozen=True)
class Watcher:
    """The two ears of whoever waits for a search.

    Attributes:
        on_progress: told after every step.
        cancelled: asked before every step.
    """

    on_progress: Callable[[Progress], Any] | None = None
    cancelled: Callable[[], bool] | None = None

    def tell(self, progress: Progress) -> None:
        """Pass on the progress.

        Raises:
            SearchCancelled: the search shall stop.
        """
        if self.on_progress is not None:
            self.on_progress(progress)
        if self.cancelled is not None and self.cancelled():
            raise SearchCancelled(
                f"The search was cancelled in stage {progress.stage!r} at step {progress.step}.",
                remedy="Start it again if you still want its circuit.",
            )
