"""What a report is about: a circuit, its pairs, and answers that many lines share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from backend.circuits.ablation import (
    AblationValue,
    Evaluation,
    Intervention,
    MeanValues,
    Values,
    evaluate,
    last_logits,
    read_answers,
)
from backend.circuits.alone import Alone
from backend.circuits.edges import NO_EDGES, EdgeSet, circuit_alone
from backend.circuits.faithfulness.config import ReportConfig
from backend.circuits.faithfulness.document import Group
from backend.circuits.nodes import NodeSet
from backend.circuits.search.config import Progress, Watcher
from backend.circuits.statistics import Estimate, cluster_bootstrap
from models.transformer import SparseTransformer
from tasks import Batch

CHANCE = 0.6931471805599453
"""Task loss of equal logits: ln 2 nats."""

Item = TypeVar("Item")
Variant = tuple[NodeSet, EdgeSet]
"""A circuit: its nodes, and the edges between them that are pruned."""


@dataclass(frozen=True)
class Subject:
    """A circuit in its model.

    Attributes:
        model: frozen.
        nodes: the circuit's.
        dropped: edges between them that are pruned from it.
        test: pairs that the report is computed on.
        validation: pairs that rescaled logits are fitted on, and worst cases looked for.
        values: of ablated nodes; mean values are always there.
        target: task loss that the circuit was searched for, nats.
        symmetric: of the task: first and second answer are arbitrary.
        config: how many of everything.
        watcher: told of every step.
    """

    model: SparseTransformer
    nodes: NodeSet
    dropped: EdgeSet
    test: Batch
    validation: Batch
    values: Mapping[AblationValue, Values]
    target: float
    symmetric: bool = False
    config: ReportConfig = field(default_factory=ReportConfig)
    watcher: Watcher = field(default_factory=Watcher)

    @property
    def means(self) -> MeanValues:
        """The values of mean ablation."""
        means = self.values[AblationValue.MEAN]
        assert isinstance(means, MeanValues)
        return means

    @property
    def alone(self) -> Intervention:
        """The circuit alone, by mean ablation."""
        return circuit_alone(self.nodes, self.means, self.dropped)

    @cached_property
    def whole_logits(self) -> Tensor:
        """The whole model on test pairs: [1, batch, vocab] at the last token."""
        return last_logits(self.model, self.test)

    @cached_property
    def whole(self) -> Evaluation:
        """The whole model on test pairs."""
        return read_answers(self.whole_logits, self.test)

    @cached_property
    def whole_on_validation(self) -> Evaluation:
        """The whole model on validation pairs."""
        return evaluate(self.model, self.validation)

    @cached_property
    def circuit(self) -> Evaluation:
        """The circuit alone on test pairs, by mean ablation."""
        return evaluate(self.model, self.test, self.alone)

    @cached_property
    def ablated(self) -> Evaluation:
        """Every node mean-ablated, on test pairs."""
        everything = NodeSet.all(self.model.config)
        return evaluate(self.model, self.test, Intervention(everything, self.means))

    @property
    def references(self) -> dict[str, float]:
        """Losses that every loss under mean ablation is read against, nats."""
        return {
            "whole model": self.whole.task_loss,
            "everything ablated": self.ablated.task_loss,
            "chance": CHANCE,
        }

    def estimate(self, rows: Tensor) -> Estimate:
        """The mean of a number a sequence of the test pairs, [batch], over templates."""
        return cluster_bootstrap(rows, self.test.template, seed=self.config.seed)

    def each(self, group: Group, items: Sequence[Item]) -> Iterator[Item]:
        """The items one by one, the watcher told before each.

        Raises:
            SearchCancelled: the watcher says so.
        """
        for step, item in enumerate(items):
            self.tell(group, step, len(items))
            yield item
        self.tell(group, len(items), len(items))

    def tell(self, group: Group, step: int, steps: int) -> None:
        """Say how far a group is.

        Raises:
            SearchCancelled: the watcher says so.
        """
        loss = self.circuit.task_loss
        self.watcher.tell(Progress(group, step, max(steps, 1), loss, len(self.nodes)))

    def losses(
        self, group: Group, interventions: Sequence[Intervention], *, validation: bool = False
    ) -> Tensor:
        """Losses under many interventions.

        Args:
            group: that asks.
            interventions: any number of them.
            validation: on validation pairs rather than test pairs.

        Returns:
            [interventions, batch] nats.
        """
        pairs = self.validation if validation else self.test
        asked = self.each(group, interventions)
        rows = [evaluate(self.model, pairs, each).losses for each in asked]
        return torch.stack(rows) if rows else torch.empty(0, len(pairs.tokens))

    def alone_losses(
        self, group: Group, circuits: Sequence[Variant], *, validation: bool = False
    ) -> Tensor:
        """`losses` of many circuits alone, by mean ablation; much faster than one by one."""
        alone = self._on_validation if validation else self._on_test
        rows = [
            alone.differences(alone.numbering.keep(nodes), alone.numbering.dropped(cut))
            for nodes, cut in self.each(group, circuits)
        ]
        return F.softplus(-torch.stack(rows)) if rows else torch.empty(0, len(alone.batch.tokens))

    @cached_property
    def _on_test(self) -> Alone:
        return Alone(self.model, self.means, self.test)

    @cached_property
    def _on_validation(self) -> Alone:
        return Alone(self.model, self.means, self.validation)

    def without(self, part: NodeSet) -> Variant:
        """The circuit less some of its nodes."""
        kept = self.nodes - part
        still = {edge for edge in self.dropped if edge.source in kept and edge.target in kept}
        return kept, frozenset(still) or NO_EDGES
