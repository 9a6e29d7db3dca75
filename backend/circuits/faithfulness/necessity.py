"""Is the circuit needed: its nodes are ablated in the whole model (inverse pruning).

Shi et al. 2024 ("Hypothesis testing the circuit hypothesis in LLMs") compare such damage with that
of random sets. Damage to ordinary text stands beside it: nodes that everything needs are needed for
the task too.
"""

from __future__ import annotations

import torch
from torch import Tensor

from backend.circuits.ablation import Intervention, evaluate
from backend.circuits.faithfulness import criteria, metrics
from backend.circuits.faithfulness.document import ReportLine
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.random_sets import matched_sets, varying_nodes
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.nodes import NodeSet
from backend.circuits.statistics import cluster_bootstrap
from models.transformer import SparseTransformer

WINDOWS_AT_ONCE = 8


def necessity(subject: Subject, held_out: Tensor | None) -> Part:
    """Loss, accuracy and damage with the circuit ablated; damage to held-out text.

    Args:
        subject: the circuit.
        held_out: [windows, pos] tokens of held-out pretraining text, or None.
    """
    ablated = evaluate(subject.model, subject.test, Intervention(subject.nodes, subject.means))
    sets = matched_sets(
        subject.nodes,
        varying_nodes(subject.model, subject.test),
        subject.config.random_sets,
        subject.config.seed,
    )
    random = subject.losses("necessity", [Intervention(each, subject.means) for each in sets])
    damage = ablated.task_loss - subject.whole.task_loss
    lines = [
        line(
            "necessity.accuracy",
            "Accuracy with the circuit ablated in the whole model",
            "share",
            subject.estimate(ablated.correct),
            beside={"whole model": subject.whole.accuracy, "chance": 0.5},
            criterion=criteria.answers_lost(),
            limit="What is left may be answered by the embedding and the bigram table, which are "
            "never ablated, as well as by other nodes.",
        ),
        line(
            "necessity.loss",
            "Loss with the circuit ablated in the whole model",
            "nats",
            subject.estimate(ablated.losses),
            beside=subject.references,
            limit="Ablating can also do harm that has nothing to do with the task; see the damage "
            "to ordinary text.",
        ),
        _damage(subject, ablated.losses - subject.whole.losses, random),
    ]
    if held_out is None:
        return Part(lines, {"necessity.text": "The checkpoint has no held-out text."})
    text = held_out[: subject.config.text_windows]
    return Part([*lines, _text(subject, text, sets[: subject.config.text_sets], damage)])


def _damage(subject: Subject, damage: Tensor, random: Tensor) -> ReportLine:
    """Args: damage [batch] nats; random [sets, batch] losses with random sets ablated."""
    others = (random.double().mean(-1) - subject.whole.losses.double().mean()).sort().values
    median, high = others.quantile(torch.tensor([0.5, criteria.DAMAGE_SHARE]).double()).tolist()
    share = metrics.share_below(float(damage.double().mean()), others.tolist())
    return line(
        "necessity.damage",
        "Rise of the loss when the circuit is ablated in the whole model",
        "nats",
        subject.estimate(damage),
        beside={
            "random sets, median": median,
            f"random sets, {criteria.DAMAGE_SHARE:.0%} are below": high,
            "share of random sets that do less": share,
        },
        criterion=criteria.beyond_random(share),
        limit="Random sets match the circuit in how many nodes each site has, not in how active "
        "or how connected they are, beyond varying at all on these pairs.",
    )


def _text(subject: Subject, text: Tensor, sets: list[NodeSet], damage: float) -> ReportLine:
    config = subject.model.config
    everything = [NodeSet.none(config), subject.nodes, *sets]
    losses = torch.stack(
        [
            text_losses(subject.model, text, Intervention(each, subject.means))
            for each in subject.each("necessity", everything)
        ]
    )  # [2 + sets, windows]
    rises = losses[1:] - losses[0]
    random = rises[1:].mean(-1)
    return line(
        "necessity.text",
        "Rise of the next-token loss on held-out text when the circuit is ablated",
        "nats",
        cluster_bootstrap(rises[0], torch.arange(len(text)), seed=subject.config.seed),
        beside={
            "whole model's loss": float(losses[0].mean()),
            "random sets, mean rise": float(random.mean()),
            "random sets, largest rise": float(random.max()),
            "damage to the task": damage,
        },
        criterion=criteria.specific(damage),
        limit="A mean over all tokens: the text has places where the task itself comes up. The "
        "interval is over windows of text, not templates.",
    )


@torch.no_grad()
def text_losses(
    model: SparseTransformer, tokens: Tensor, intervention: Intervention | None = None
) -> Tensor:
    """Mean next-token loss of each window, in nats, under mean or zero ablation.

    Args:
        model: the whole model.
        tokens: [windows, pos].
        intervention: None for nothing.

    Returns:
        [windows].
    """
    ablated = intervention or Intervention(NodeSet.none(model.config))
    with ablated.applied(model):
        return torch.cat(
            [
                metrics.next_token_losses(model(some), some).mean(-1)
                for some in tokens.split(WINDOWS_AT_ONCE)
            ]
        )
