"""What the same search finds where there is nothing to be found.

Shi et al. 2024 and Drori 2026: a mask search can find circuits that the model does not use. So it
is run, with the same method, target and budget, on the checkpoint with its weights shuffled
(`controls`) and on the task with its answers swapped (`tasks.swapped`). A search that finds as
small circuits there says little by finding one here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness import criteria
from backend.circuits.faithfulness.again import same_search, search_again
from backend.circuits.faithfulness.controls import shuffled_checkpoint
from backend.circuits.faithfulness.document import ReportLine
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.search import SearchFailed
from backend.circuits.search.run import Searchable
from models.checkpoints import Checkpoint
from tasks import Task
from tasks.swapped import SwappedAnswers


@dataclass(frozen=True)
class Controls(Part):
    """The lines, and why searches found nothing.

    Attributes:
        failures: by line, what the search said that found no circuit.
    """

    failures: dict[str, str] = field(default_factory=dict)


def control_lines(
    subject: Subject, checkpoint: Checkpoint, task: Task, circuit: Circuit
) -> Controls:
    """Search in both controls."""
    config = same_search(circuit, circuit.provenance.seed)
    lines: list[ReportLine] = []
    failures: dict[str, str] = {}

    def try_in(id: str, where: str, checkpoint: Checkpoint, task: Searchable) -> None:
        found = search_again(subject, "controls", (len(lines), 2), checkpoint, task, config)
        if isinstance(found, SearchFailed):
            failures[id] = found.detail
        control = found if isinstance(found, Circuit) else None
        lines.append(control_line(id, where, circuit, control))

    swapped = "the task with its answers swapped"
    try_in("controls.swapped", swapped, checkpoint, SwappedAnswers(task))
    if checkpoint.held_out is None:
        reason = "The checkpoint has no held-out text to take the shuffled one's node means over."
        return Controls(lines, {"controls.shuffled": reason}, failures)
    shuffled = "the checkpoint with its weights shuffled"
    control = shuffled_checkpoint(checkpoint, subject.config.seed)
    try_in("controls.shuffled", shuffled, control, task)
    return Controls(lines, {}, failures)


def control_line(id: str, where: str, circuit: Circuit, control: Circuit | None) -> ReportLine:
    """Induced edges of the circuit over those of what was found in a control.

    Args:
        id: of the line.
        where: the control, in words.
        circuit: the real one.
        control: what was found there; None if nothing met the target.
    """
    found: dict[str, float] = {"circuits found in the control": float(control is not None)}
    ratio = 0.0
    if control is not None:
        ratio = max(circuit.induced_edges, 1) / max(control.induced_edges, 1)
        found |= {
            "induced edges of the control": float(control.induced_edges),
            "test loss of the control": control.task_loss,
        }
    return line(
        id,
        f"Size of the circuit over that found by the same search in {where}",
        "ratio",
        ratio,
        beside=found
        | {
            "induced edges of the circuit": float(circuit.induced_edges),
            "test loss of the circuit": circuit.task_loss,
        },
        criterion=criteria.smaller_than_control(),
        limit="One seed of one control. That the search finds less there does not show that what "
        "it found here is what the model does.",
    )
