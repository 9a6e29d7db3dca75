"""Does the circuit hold on pairs that are shifted away from those it was searched on.

What circuit and model do on longer contexts, other names and with distractors stands side by side
(`tasks.shifted`): a circuit that is what the model does fails where the model fails.
"""

from __future__ import annotations

import torch

from backend.circuits.ablation import Intervention, evaluate
from backend.circuits.faithfulness import criteria
from backend.circuits.faithfulness.document import ReportLine
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.subject import CHANCE, Subject
from backend.circuits.nodes import NodeSet
from backend.circuits.statistics import cluster_bootstrap
from models.tokenizer import Tokenizer
from tasks import Batch, Task, TaskError
from tasks.shifted import Shift, shifted_pairs

_LIMIT = (
    "Three shifts of our own making, far from all that could be shifted; the templates beneath are "
    "the test pairs'."
)


def generalisation(subject: Subject, task: Task, tokenizer: Tokenizer) -> Part:
    """The circuit's loss on shifted pairs, a line a shift; shifts a task cannot do are left out."""
    lines: list[ReportLine] = []
    left_out: dict[str, str] = {}
    for shift in subject.each("generalisation", list(Shift)):
        id = f"generalisation.{shift.name.lower()}"
        try:
            pairs = shifted_pairs(
                task,
                tokenizer,
                shift,
                subject.test.pairs,
                0,
                subject.model.config.n_ctx,
            )
        except TaskError as error:
            left_out[id] = str(error)
        else:
            lines.append(shifted_line(subject, id, shift.value, Batch.from_pairs(pairs)))
    return Part(lines, left_out)


def shifted_line(subject: Subject, id: str, shift: str, pairs: Batch) -> ReportLine:
    """The circuit's loss on shifted pairs beside the model's.

    Args:
        subject: the circuit.
        id: of the line.
        shift: in words.
        pairs: the shifted ones.
    """
    everything = Intervention(NodeSet.all(subject.model.config), subject.means)
    circuit, model, ablated = (
        evaluate(subject.model, pairs, each) for each in (subject.alone, None, everything)
    )
    above, loss = (
        cluster_bootstrap(rows, pairs.template, seed=subject.config.seed)
        for rows in (circuit.losses - model.losses, circuit.losses)
    )
    return line(
        id,
        f"Loss of the circuit alone on shifted pairs: {shift}",
        "nats",
        loss,
        beside={
            "whole model on them": model.task_loss,
            "circuit above the model": above.value,
            "everything ablated on them": ablated.task_loss,
            "circuit on test pairs": subject.circuit.task_loss,
            "whole model on test pairs": subject.whole.task_loss,
            "chance": CHANCE,
            "target": subject.target,
            "longest sequence, tokens": float(torch.max(pairs.last) + 1),
        },
        criterion=criteria.near_the_model(subject.target, above),
        limit=_LIMIT,
    )
