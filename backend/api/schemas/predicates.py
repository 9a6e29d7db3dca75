"""A predicate measured: does a label say where its node is active, and does the task agree?"""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.answers import Estimate
from backend.api.schemas.base import Schema
from backend.api.schemas.inspector import Excerpt
from backend.circuits.words import Predicate


class Detection(Schema):
    """A predicate on held-out pretraining text, in the whole model. Intervals are over windows."""

    threshold: float = Field(description="beyond, above or below which the node is active")
    windows: int
    places: int = Field(description="tokens looked at")
    holds: int = Field(description="tokens where the predicate holds")
    active: int = Field(description="tokens where the node is active")
    both: int
    base_rate: float = Field(
        description="share of tokens with an active node: the precision of saying nothing"
    )
    precision: Estimate | None = Field(description="None: the predicate holds at no token")
    recall: Estimate | None = Field(description="None: the node is active at no token")
    f1: Estimate | None
    hits: list[Excerpt] = Field(description="it holds and the node is active, most active first")
    false_positives: list[Excerpt] = Field(description="it holds and the node is not active")
    false_negatives: list[Excerpt] = Field(description="the node is active and it does not hold")


class Swap(Schema):
    """The node's values exchanged among tokens that the predicate calls the same.

    Resampling ablation within the predicate's classes, in the circuit alone. Task losses in nats,
    with intervals over pairs.
    """

    pairs: int
    draws: int = Field(description="exchanges that losses are averaged over")
    holds: int = Field(description="tokens of the pairs where the predicate holds")
    others: int = Field(description="tokens of the pairs where it does not")
    intact: Estimate = Field(description="with the node's own values")
    within: Estimate = Field(description="exchanged within the predicate's two classes")
    anywhere: Estimate = Field(description="control: exchanged among all tokens")
    mean: Estimate = Field(description="control: the node at its mean")
    within_change: Estimate = Field(description="within - intact")
    anywhere_change: Estimate = Field(description="anywhere - intact")
    explained: float | None = Field(
        description="1 - within_change / anywhere_change; None: the interval of anywhere_change "
        "reaches 0, or all tokens are of one class"
    )


class PredicateMeasures(Schema):
    """What a predicate says of a node, measured."""

    predicate: Predicate
    in_circuit: bool = Field(description="False: it is put into the circuit alone for the swap")
    detection: Detection | None = Field(description="None: there is no held-out sample")
    swap: Swap
