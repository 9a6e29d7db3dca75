"""Effects of parts of a circuit, each by itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from backend.circuits import AblationValue, Circuit, Mode
from backend.circuits.answer import answer
from backend.circuits.effects import Effects, effects
from backend.circuits.question import Question
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from tasks import get_task
from tests.backend.conftest import TASK


def measure(
    checkpoint: Checkpoint, circuit: Circuit, parts: Sequence[Sequence[str]], **question: Any
) -> Effects:
    turn = threading.Lock()
    found = effects(checkpoint, get_task(TASK), circuit, Question(**question), parts, turn)
    assert not turn.locked()
    return found


def loss(checkpoint: Checkpoint, circuit: Circuit, **question: Any) -> float:
    numbers = answer(checkpoint, get_task(TASK), circuit, Question(**question)).numbers
    assert numbers is not None
    return numbers.task_loss.value


@pytest.mark.parametrize("value", [AblationValue.MEAN, AblationValue.PAIRED])
def test_a_part_changes_what_toggling_it_changes(
    checkpoint: Checkpoint, circuit: Circuit, value: AblationValue
) -> None:
    one, other = circuit.nodes[0], circuit.nodes[-1]
    found = measure(checkpoint, circuit, [[one], [other], [one, other], []], value=value)
    before = loss(checkpoint, circuit, value=value)
    assert found.task_loss == pytest.approx(before, rel=1e-6)
    for part in found.parts:
        after = loss(checkpoint, circuit, value=value, ablated=part.nodes)
        assert part.task_loss == pytest.approx(after, rel=1e-6)
        assert part.loss_change.value == pytest.approx(after - before, abs=1e-6)
        assert part.loss_change.low <= part.loss_change.value <= part.loss_change.high
    assert found.parts[-1].loss_change.value == 0


def test_an_ablated_node_is_restored_and_an_override_ends(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    one, other = circuit.nodes[0], circuit.nodes[-1]
    found = measure(checkpoint, circuit, [[one]], ablated=[one, other])
    assert found.parts[0].task_loss == pytest.approx(loss(checkpoint, circuit, ablated=[other]))
    found = measure(checkpoint, circuit, [[one]], constants={one: 2.0})
    assert found.parts[0].task_loss == pytest.approx(loss(checkpoint, circuit, ablated=[one]))
    found = measure(checkpoint, circuit, [[one]], mode=Mode.CIRCUIT_ABLATED)
    restored = loss(checkpoint, circuit, mode=Mode.CIRCUIT_ABLATED, restored=[one])
    assert found.parts[0].task_loss == pytest.approx(restored)


def test_no_parts_have_no_effects(checkpoint: Checkpoint, circuit: Circuit) -> None:
    assert measure(checkpoint, circuit, []).parts == []


def test_a_part_of_another_model_is_named(checkpoint: Checkpoint, circuit: Circuit) -> None:
    with pytest.raises(InvalidRequestError, match=r"9\.mlp"):
        measure(checkpoint, circuit, [["9.mlp.post_act.0"]])
