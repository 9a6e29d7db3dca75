"""Size against loss, and the area under it."""

from math import log10

import pytest

from backend.circuits.ablation import Intervention, evaluate
from backend.circuits.circuit import PathPoint, SizePath
from backend.circuits.faithfulness.curve import curve
from backend.circuits.nodes import NodeSet
from tests.backend.circuits.faithfulness.subjects import by_id, planted_subject
from tests.backend.circuits.planted import TRUE_NODES

RANKING = [*TRUE_NODES, "1.mlp.post_act.5"]


def path(*sizes: tuple[int, int]) -> SizePath:
    return SizePath(
        ranking=RANKING,
        points=[
            PathPoint(nodes=nodes, induced_edges=edges, validation_loss=9.0, test_loss=9.0)
            for nodes, edges in sizes
        ],
    )


def test_points_are_measured_on_test_pairs() -> None:
    subject = planted_subject()
    points = curve(subject, path((2, 1), (3, 2), (4, 2))).points
    for point in points:
        nodes = NodeSet.of(subject.model.config, RANKING[: point.nodes])
        loss = evaluate(subject.model, subject.test, Intervention(~nodes, subject.means)).task_loss
        assert point.test_loss == pytest.approx(loss)
        assert point.low <= point.test_loss <= point.high
    assert points[0].test_loss > 0.5
    assert points[1].test_loss < 0.15


def test_the_area_by_hand() -> None:
    result = curve(planted_subject(), path((2, 1), (3, 2), (4, 10)))
    a, b, c = (point.test_loss for point in result.points)
    by_hand = (a + b) / 2 * log10(2) + (b + c) / 2 * log10(5)
    line = by_id(result)["curve.area"]
    assert line.value == pytest.approx(by_hand)
    assert line.beside == {"fewest induced edges": 1, "most induced edges": 10, "sizes": 3}
    assert line.met is None


def test_without_a_path_there_is_no_curve() -> None:
    for none in (None, path()):
        result = curve(planted_subject(), none)
        assert result.points == []
        assert set(result.left_out) == {"curve"}
