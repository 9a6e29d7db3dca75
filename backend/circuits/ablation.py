"""What if: ablate any set of nodes and edges, by any value, and see what the task's answers become.

`Intervention` says what is ablated and with which value; `evaluate(model, batch, intervention)` is
the one way to ask. Search, reports, API and command line all go through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from backend.circuits.edge_ablation import ablate_edges
from backend.circuits.nodes import NodeSet
from backend.circuits.overrides import Overrides, overriding_sites
from models.hooks import record, replace
from models.means import NodeMeans
from models.scales import frozen_scales, record_scales
from models.sites import Edge, NodeSite
from models.transformer import SparseTransformer
from tasks.base import Batch

RESAMPLE_DRAWS = 8


class AblationValue(StrEnum):
    """What an ablated node's value becomes."""

    MEAN = "mean"
    """Its mean over the pretraining distribution, at every position."""
    ZERO = "zero"
    RESAMPLE = "resample"
    """Its value at a random position of a held-out pretraining document."""
    PAIRED = "paired"
    """Its value on the pair's other sequence (activation patching); see `PairedValues`."""


class Mode(StrEnum):
    """The base of what is kept."""

    CIRCUIT = "circuit"
    """Circuit alone: its nodes are kept, everything else ablated."""
    CIRCUIT_ABLATED = "circuit_ablated"
    """Its nodes are ablated, everything else kept."""
    MODEL = "model"
    """Everything kept."""


def kept_nodes(mode: Mode, circuit: NodeSet) -> NodeSet:
    """The base of a mode: what is kept before anything is toggled."""
    match mode:
        case Mode.CIRCUIT:
            return circuit
        case Mode.CIRCUIT_ABLATED:
            return ~circuit
        case Mode.MODEL:
            return NodeSet.all(circuit.config)


class Values(Protocol):
    """Where the values of ablated nodes come from."""

    @property
    def draws(self) -> int:
        """Forward passes to average over."""
        ...

    @property
    def by_position(self) -> bool:
        """Values differ from position to position."""
        ...

    def at(self, site: NodeSite, draw: int, shape: torch.Size) -> Tensor:
        """Values of a site's nodes, to broadcast to `shape` = [batch, pos, width]."""
        ...


@dataclass(frozen=True)
class MeanValues:
    """Mean ablation: one number a node."""

    means: NodeMeans
    draws: int = 1
    by_position: bool = False

    def at(self, site: NodeSite, draw: int, shape: torch.Size) -> Tensor:
        """[width]."""
        return self.means.values[site.name]


@dataclass(frozen=True)
class ZeroValues:
    """Zero ablation."""

    draws: int = 1
    by_position: bool = False

    def at(self, site: NodeSite, draw: int, shape: torch.Size) -> Tensor:
        """[1]."""
        return torch.zeros(1)


@dataclass(frozen=True)
class ResampledValues:
    """Resampled ablation: values from random places of held-out pretraining text.

    For each sequence and position one random place gives the values of all ablated nodes together,
    so that what hangs together in the model stays together.

    Attributes:
        sample: activations by site name, [places, width]; see `sample_activations`.
        seed: of the choice of places.
        draws: choices to average over.
    """

    sample: dict[str, Tensor]
    seed: int = 0
    draws: int = RESAMPLE_DRAWS
    by_position: bool = True

    def at(self, site: NodeSite, draw: int, shape: torch.Size) -> Tensor:
        """[batch, pos, width]; the same places for every site of a draw."""
        sample = self.sample[site.name]
        generator = torch.Generator().manual_seed(self.seed * self.draws + draw)
        places = torch.randint(len(sample), shape[:2], generator=generator)
        return sample[places]


@torch.no_grad()
def sample_activations(model: SparseTransformer, tokens: Tensor) -> dict[str, Tensor]:
    """Activations at every node site on held-out text, for resampling.

    Args:
        model: the whole model.
        tokens: [windows, pos] held-out pretraining text.

    Returns:
        By site name: [windows * pos, width], after AbsTopK.
    """
    names = [site.name for site in NodeSet.all(model.config).sites()]
    with record(model, names) as activations:
        model(tokens)
    return {name: value.flatten(0, 1) for name, value in activations.items()}


@dataclass(frozen=True)
class Intervention:
    """What is ablated, and with which values.

    Attributes:
        ablated: these nodes lose their own value.
        values: what they get instead.
        edges: ablated one by one: the target alone sees the source's ablation value.
        overrides: nodes with a value of the user's choice, made of what they have after ablation.
    """

    ablated: NodeSet
    values: Values = field(default_factory=ZeroValues)
    edges: frozenset[Edge] = frozenset()
    overrides: Overrides = ()

    @contextmanager
    def applied(
        self, model: SparseTransformer, draw: int = 0, last: Tensor | None = None
    ) -> Iterator[None]:
        """Ablate the nodes and the edges in the forward passes while the context is open.

        Args:
            model: whose forward passes are changed.
            draw: which of the values' draws.
            last: [batch], if the forward passes are given it; only for values that are the same
                at all positions.

        Raises:
            ValueError: no weight joins the nodes of an edge.
        """

        def value(site: NodeSite, shape: torch.Size) -> Tensor:
            return self.values.at(site, draw, shape)

        nodes = replace(model, self._replacements(draw))
        with nodes, ablate_edges(model, self.edges, value, last):
            yield

    def _replacements(self, draw: int) -> dict[str, Callable[[Tensor], Tensor]]:
        overriding = overriding_sites(self.overrides)
        return {
            site.name: self._at(site, draw, overriding.get(site))
            for site in {*self.ablated.sites(), *overriding}
        }

    def _at(
        self, site: NodeSite, draw: int, override: Callable[[Tensor], Tensor] | None
    ) -> Callable[[Tensor], Tensor]:
        mask = self.ablated.mask(site)

        def ablate(value: Tensor) -> Tensor:
            left = torch.where(mask, self.values.at(site, draw, value.shape), value)
            return left if override is None else override(left)

        return ablate


@dataclass(frozen=True)
class Evaluation:
    """How a (partly ablated) model answers a batch of pairs.

    Attributes:
        difference: [draws, batch] logit(right) - logit(wrong) at the last token.
        surprise: [draws, batch] full-vocabulary cross-entropy of the right answer, nats.
    """

    difference: Tensor
    surprise: Tensor

    @property
    def losses(self) -> Tensor:
        """[batch] softplus(-difference), nats, mean over draws."""
        return F.softplus(-self.difference).mean(0)

    @property
    def task_loss(self) -> float:
        """Mean over both sequences of all pairs, nats; chance is ln 2."""
        return float(self.losses.mean())

    @property
    def correct(self) -> Tensor:
        """[batch] share of draws in which the right answer has the larger logit."""
        return (self.difference > 0).float().mean(0)

    @property
    def accuracy(self) -> float:
        """Share of sequences whose right answer has the larger logit."""
        return float(self.correct.mean())

    @property
    def logit_difference(self) -> float:
        """Mean of logit(right) - logit(wrong)."""
        return float(self.difference.mean())

    @property
    def right_probability(self) -> Tensor:
        """[batch] probability of the right answer among all tokens, mean over draws."""
        return (-self.surprise).exp().mean(0)

    @property
    def wrong_probability(self) -> Tensor:
        """[batch] probability of the wrong answer among all tokens, mean over draws."""
        return (-self.surprise - self.difference).exp().mean(0)

    @property
    def cross_entropy(self) -> float:
        """Mean full-vocabulary cross-entropy of the right answer, nats."""
        return float(self.surprise.mean())


@torch.no_grad()
def evaluate(
    model: SparseTransformer,
    batch: Batch,
    intervention: Intervention | None = None,
    *,
    frozen: bool = False,
) -> Evaluation:
    """How the model answers a batch of pairs under an intervention.

    Args:
        model: the whole model.
        batch: pairs of a task.
        intervention: what is ablated; None for nothing.
        frozen: norms divide by the whole model's scales and AbsTopK cuts at its thresholds, which
            takes one forward pass more (`models.scales`).

    Returns:
        Task loss, accuracy, logit difference and the answers to each sequence.
    """
    return read_answers(last_logits(model, batch, intervention, frozen=frozen), batch)


@torch.no_grad()
def last_logits(
    model: SparseTransformer,
    batch: Batch,
    intervention: Intervention | None = None,
    *,
    frozen: bool = False,
) -> Tensor:
    """Logits at the last token of each sequence, under an intervention.

    Args:
        model: the whole model.
        batch: pairs of a task.
        intervention: what is ablated; None for nothing.
        frozen: as in `evaluate`.

    Returns:
        [draws, batch, vocab].
    """
    draws = 1 if intervention is None else intervention.values.draws
    everywhere = intervention is not None and intervention.values.by_position
    last = None if everywhere else batch.last
    rows = torch.arange(len(batch.tokens))
    scales = record_scales(model, batch.tokens, last) if frozen else None
    logits = []
    with nullcontext() if scales is None else frozen_scales(model, scales):
        for draw in range(draws):
            with nullcontext() if intervention is None else intervention.applied(model, draw, last):
                answer = model(batch.tokens, last)
            logits.append(answer[rows, batch.last] if everywhere else answer)
    return torch.stack(logits)


def read_answers(logits: Tensor, batch: Batch) -> Evaluation:
    """What logits say about a batch of pairs.

    Args:
        logits: [draws, batch, vocab] at the last token.
        batch: the pairs they answer.
    """
    return Evaluation(
        difference=answer_difference(logits, batch),
        surprise=-logits.log_softmax(-1).gather(-1, _column(logits, batch.right)).squeeze(-1),
    )


def answer_difference(logits: Tensor, batch: Batch) -> Tensor:
    """logit(right) - logit(wrong).

    Args:
        logits: [..., batch, vocab] at the last token.
        batch: the pairs they answer.

    Returns:
        [..., batch].
    """
    right = logits.gather(-1, _column(logits, batch.right))
    wrong = logits.gather(-1, _column(logits, batch.wrong))
    return (right - wrong).squeeze(-1)


def _column(logits: Tensor, tokens: Tensor) -> Tensor:
    return tokens.expand(*logits.shape[:-1]).unsqueeze(-1)
