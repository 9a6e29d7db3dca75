"""Is the circuit enough: it alone is kept, everything outside ablated, in three ways.

Gao et al. 2025, A.5, ablate by the mean; zeros and resampled values (Chan et al. 2022, "Causal
scrubbing") do not let errors that cancel at the mean be selected.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from backend.circuits.ablation import (
    AblationValue,
    Evaluation,
    Intervention,
    Values,
    evaluate,
    last_logits,
    read_answers,
)
from backend.circuits.circuit import Rescaling
from backend.circuits.edges import circuit_alone
from backend.circuits.faithfulness import criteria, metrics
from backend.circuits.faithfulness.document import ReportLine
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.nodes import NodeSet
from backend.circuits.report import first_minus_second, fit_rescaling
from backend.circuits.statistics import cluster_bootstrap

WORDS = {
    AblationValue.MEAN: "mean ablation",
    AblationValue.ZERO: "zero ablation",
    AblationValue.RESAMPLE: "resampled values",
}
LIMITS = {
    AblationValue.MEAN: "Errors of thousands of mean-ablated nodes can cancel, and a search can "
    "select for that; read it beside the other ablations, the robustness lines and the controls.",
    AblationValue.ZERO: "Zero is a value that many nodes never have, so a miss may speak of "
    "the ablation rather than of the circuit.",
    AblationValue.RESAMPLE: "Resampled values carry noise from unrelated text into everything "
    "outside; a miss shows that the circuit needs its surroundings calm, not what they contribute.",
}


def sufficiency(subject: Subject) -> Part:
    """Four lines for each kind of ablation value."""
    lines: list[ReportLine] = []
    for value in subject.each("sufficiency", list(subject.values)):
        lines += _lines(subject, value, subject.values[value])
    if AblationValue.RESAMPLE in subject.values:
        return Part(lines)
    reason = "The checkpoint has no held-out text, from which resampled values are taken."
    return Part(lines, {"sufficiency.resample": reason})


def _lines(subject: Subject, value: AblationValue, values: Values) -> list[ReportLine]:
    alone = circuit_alone(subject.nodes, values, subject.dropped)
    everything = Intervention(NodeSet.all(subject.model.config), values)
    circuit_logits, ablated_logits = (
        last_logits(subject.model, subject.test, each) for each in (alone, everything)
    )  # each [draws, batch, vocab]
    circuit, ablated = (
        read_answers(each, subject.test) for each in (circuit_logits, ablated_logits)
    )
    return [
        line(
            f"sufficiency.{value}.loss",
            f"Loss of the circuit alone, {WORDS[value]}",
            "nats",
            subject.estimate(circuit.losses),
            beside={
                **subject.references,
                "everything ablated": ablated.task_loss,
                "target": subject.target,
            },
            criterion=criteria.meets_target(subject.target),
            limit=LIMITS[value],
        ),
        _rescaled(subject, value, alone, circuit),
        _recovery(subject, value, circuit, ablated),
        _divergence(subject, value, circuit_logits, ablated_logits),
    ]


def rescaled_losses(difference: Tensor, rescaling: Rescaling) -> Tensor:
    """Softplus of minus the difference after D became a * D + b (Gao et al. 2025, A.5).

    Args:
        difference: [draws, batch] logit(right) - logit(wrong), firsts before seconds.
        rescaling: a and b.

    Returns:
        [batch] nats, mean over draws.
    """
    rescaled = first_minus_second(difference) * rescaling.scale + rescaling.shift
    return F.softplus(-first_minus_second(rescaled)).mean(0)


def _rescaled(
    subject: Subject, value: AblationValue, alone: Intervention, circuit: Evaluation
) -> ReportLine:
    fitted, whole = (
        fit_rescaling(each.difference, subject.symmetric)
        for each in (
            evaluate(subject.model, subject.validation, alone),
            subject.whole_on_validation,
        )
    )
    return line(
        f"sufficiency.{value}.rescaled",
        f"Loss with rescaled logits, {WORDS[value]}",
        "nats",
        subject.estimate(rescaled_losses(circuit.difference, fitted)),
        beside={
            "whole model, rescaled": float(rescaled_losses(subject.whole.difference, whole).mean()),
            "plain logits": circuit.task_loss,
        },
        limit="Two scalars fitted on validation pairs can mend a shifted or faint answer; it "
        "shows what the circuit tells apart, not what it says, and decides nothing.",
    )


def _recovery(
    subject: Subject, value: AblationValue, circuit: Evaluation, ablated: Evaluation
) -> ReportLine:
    model = subject.whole
    columns = torch.stack([each.difference.mean(0) for each in (circuit, model, ablated)], dim=-1)
    return line(
        f"sufficiency.{value}.recovery",
        f"Logit difference recovered, {WORDS[value]}",
        "ratio",
        cluster_bootstrap(
            columns,
            subject.test.template,
            lambda means: metrics.recovery(*means.unbind(-1)),
            seed=subject.config.seed,
        ),
        beside={
            "circuit's logit difference": circuit.logit_difference,
            "whole model's": model.logit_difference,
            "with everything ablated": ablated.logit_difference,
        },
        criterion=criteria.recovered(),
        limit="A mean over sequences: some that are too sure hide others that are wrong. Above 1 "
        "the circuit is surer than the model. A loss near its target asks for no more than a few "
        "nats, whatever the model's.",
    )


def _divergence(
    subject: Subject, value: AblationValue, circuit: Tensor, ablated: Tensor
) -> ReportLine:
    model = subject.whole_logits
    left = metrics.divergence(model, ablated).mean(0)
    return line(
        f"sufficiency.{value}.divergence",
        f"Divergence from the whole model over the full vocabulary, {WORDS[value]}",
        "nats",
        subject.estimate(metrics.divergence(model, circuit).mean(0)),
        beside={"everything ablated": float(left.mean())},
        criterion=criteria.closer(float(left.mean())),
        limit="A circuit searched for the choice between two answers need not know how likely "
        "the other tokens are.",
    )
