"""Size against loss: the circuits of all sizes that the search passed through, on test pairs."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from backend.circuits.circuit import SizePath
from backend.circuits.edges import NO_EDGES
from backend.circuits.faithfulness import metrics
from backend.circuits.faithfulness.document import CurvePoint
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.nodes import NodeSet
from backend.circuits.statistics import cluster_bootstrap


@dataclass(frozen=True)
class Curve(Part):
    """The area line, and the points.

    Attributes:
        points: ascending in nodes.
    """

    points: list[CurvePoint] = field(default_factory=list)


def curve(subject: Subject, path: SizePath | None) -> Curve:
    """Measure every point of a path."""
    if path is None or not path.points:
        return Curve([], {"curve": "The circuit's search kept no path of sizes."})
    config = subject.model.config
    circuits = [(NodeSet.of(config, path.ranking[: at.nodes]), NO_EDGES) for at in path.points]
    losses = subject.alone_losses("curve", circuits)  # [points, batch]
    points = []
    for at, rows in zip(path.points, losses, strict=True):
        loss = subject.estimate(rows)
        points.append(
            CurvePoint(
                nodes=at.nodes,
                induced_edges=at.induced_edges,
                test_loss=loss.value,
                low=loss.low,
                high=loss.high,
            )
        )
    sizes = [float(at.induced_edges) for at in path.points]

    def statistic(means: Tensor) -> Tensor:  # [resamples, points]
        return metrics.area(sizes, means)

    return Curve(
        [
            line(
                "curve.area",
                "Area under the loss over the decimal logarithm of the induced edges",
                "nats x decades",
                cluster_bootstrap(
                    losses.T, subject.test.template, statistic, seed=subject.config.seed
                ),
                beside={
                    "fewest induced edges": min(sizes),
                    "most induced edges": max(sizes),
                    "sizes": float(len(sizes)),
                },
                limit="Comparable between searches only over the same range of sizes. The sizes "
                "are nested in one order of nodes: smaller circuits out of that order may exist.",
            )
        ],
        points=points,
    )
