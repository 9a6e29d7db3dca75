"""A path is measured alike with the compiled evaluator, in threads, and with the plain one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from backend.circuits.alone import Alone
from backend.circuits.search import Progress, SearchCancelled
from backend.circuits.search.config import Watcher
from backend.circuits.search.problem import Nested
from backend.circuits.search.run import _measured
from tests.backend.circuits.planted import planted_batch, planted_model, planted_values


@pytest.fixture(autouse=True)
def _two_threads() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


def evaluator(*, compiled: bool) -> Alone:
    model = planted_model()
    return Alone(model, planted_values(model), planted_batch(), compiled=compiled)


def nested(alone: Alone) -> Nested:
    """A path of many sizes, the last nodes in the forward pass first."""
    ranking = alone.numbering.all_nodes[::-1]
    return Nested(ranking, [*range(1, len(ranking), 9), len(ranking)])


def test_losses_are_those_of_the_plain_evaluator() -> None:
    quick, plain = evaluator(compiled=True), evaluator(compiled=False)
    found = _measured(nested(quick), quick, quick, Watcher()).points
    oracle = _measured(nested(plain), plain, plain, Watcher()).points
    assert [point.nodes for point in found] == nested(quick).sizes
    assert len({round(point.test_loss, 3) for point in oracle}) > 2
    for one, other in zip(found, oracle, strict=True):
        assert one.induced_edges == other.induced_edges
        assert one.validation_loss == pytest.approx(other.validation_loss, abs=1e-4)
        assert one.test_loss == pytest.approx(other.test_loss, abs=1e-4)
        assert other.validation_loss == other.test_loss


def test_measuring_can_be_cancelled() -> None:
    heard: list[Progress] = []
    alone = evaluator(compiled=True)
    with pytest.raises(SearchCancelled, match="stage 'path' at step 3"):
        _measured(nested(alone), alone, alone, Watcher(heard.append, lambda: len(heard) == 3))
