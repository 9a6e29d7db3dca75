"""Circuit and model on shifted pairs, side by side."""

from __future__ import annotations

import pytest

from backend.circuits.faithfulness.generalisation import generalisation, shifted_line
from models.checkpoints import Checkpoint
from tasks import Batch, Pair, TaskError, get_task
from tasks.shifted import Shift
from tests.backend.circuits.faithfulness.subjects import (
    micro_subject,
    planted_subject,
    redundant_model,
)


def shifted(*start: int) -> Batch:
    return Batch.from_pairs([Pair((*start, 1), (*start, 2), 3, 4, "first", "second", 0)])


def test_a_shift_that_does_not_matter() -> None:
    line = shifted_line(planted_subject(), "generalisation.longer", "longer", shifted(*[6] * 6))
    assert line.met is True
    assert line.beside["longest sequence, tokens"] == 7
    above = line.value - line.beside["whole model on them"]
    assert line.beside["circuit above the model"] == pytest.approx(above, abs=1e-6)


def test_the_micro_circuit_on_shifted_pairs_by_hand() -> None:
    # The same pair the other way round: what was right is wrong, for circuit and model alike.
    pairs = Batch.from_pairs([Pair((0, 1), (0,), 1, 0, "first", "second", 0)])
    line = shifted_line(micro_subject(), "generalisation.names", "names", pairs)
    assert line.value == pytest.approx((11 + 2.1269) / 2, abs=1e-3)
    assert line.beside["whole model on them"] == pytest.approx((9.0001 + 2.1269) / 2, abs=1e-3)
    assert line.beside["circuit above the model"] == pytest.approx(1.0, abs=1e-3)
    assert line.met is False


def test_failing_where_the_model_fails_is_no_miss() -> None:
    # Token 5 decides nothing: both answer at random.
    pairs = Batch.from_pairs([Pair((6, 1, 5), (6, 2, 5), 3, 4, "first", "second", 0)])
    line = shifted_line(planted_subject(), "generalisation.distractor", "distractor", pairs)
    assert line.value > 0.5
    assert line.met is True


def test_a_copy_outside_makes_no_difference_to_the_criterion() -> None:
    subject = planted_subject(model=redundant_model())
    assert shifted_line(subject, "generalisation.names", "names", shifted(5, 6, 7)).met is True


def test_shifts_of_a_real_task_and_what_it_cannot_do(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checkpoint.tokenizer is not None
    task = get_task("single_double_quote")

    def pairs(*args: object) -> list[Pair]:
        if args[2] is Shift.NAMES:
            raise TaskError("there is no name to rename")
        return [Pair((5, 1), (5, 2), 3, 4, "", "", 0)]

    monkeypatch.setattr("backend.circuits.faithfulness.generalisation.shifted_pairs", pairs)
    part = generalisation(planted_subject(), task, checkpoint.tokenizer)
    assert [line.id for line in part.lines] == [
        "generalisation.longer",
        "generalisation.distractor",
    ]
    assert part.left_out == {"generalisation.names": "there is no name to rename"}
