"""What if: a question about a circuit, and its answer. Losses are in nats."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.base import Schema
from backend.api.schemas.tokens import TokenText
from backend.circuits.ablation import AblationValue, Mode
from tasks.base import Split


class WhatIf(Schema):
    """What if: the kept set is (base of the mode + restored) - ablated, of nodes and of edges.

    The circuit alone lacks the edges pruned from it; the other modes have every edge. Edges are
    named by their ends, e.g. `0.mlp.act_in.3>0.mlp.post_act.17`. Nodes that are set or rescaled
    are kept, with that value at every position.
    """

    mode: Mode = Mode.CIRCUIT
    value: AblationValue = AblationValue.MEAN
    ablated: list[str] = Field(default_factory=list, max_length=20_000)
    restored: list[str] = Field(default_factory=list, max_length=20_000)
    ablated_edges: list[str] = Field(default_factory=list, max_length=20_000)
    restored_edges: list[str] = Field(default_factory=list, max_length=20_000)
    constants: dict[str, float] = Field(
        default_factory=dict, max_length=20_000, description="values that nodes are set to"
    )
    factors: dict[str, float] = Field(
        default_factory=dict, max_length=20_000, description="multiples of their own values"
    )
    split: Split = Split.TEST
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="of the pairs and the resampling")
    size: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="nodes of a size on its path, in its place"
    )


class EvaluateRequest(WhatIf):
    """A question about a circuit, on the task's pairs or on a prompt."""

    references: bool = Field(
        default=True, description="also the circuit untouched, the whole model, everything ablated"
    )
    prompt: str | None = Field(default=None, max_length=20_000)


class Estimate(Schema):
    """A number with its 95% bootstrap interval over n pairs."""

    value: float
    low: float
    high: float


class Numbers(Schema):
    """The answers to one intervention on a task's pairs."""

    task_loss: Estimate
    accuracy: Estimate
    logit_difference: Estimate
    right_probability: Estimate = Field(description="of the right answer, among all tokens")
    wrong_probability: Estimate = Field(description="of the wrong answer, among all tokens")
    cross_entropy: float
    rescaled_loss: float


class PairAnswer(Schema):
    """One pair under the intervention."""

    pair: int
    first_text: str
    second_text: str
    first_answer: str
    second_answer: str
    loss: float
    first_difference: float = Field(description="logit(right) - logit(wrong) after the first")
    second_difference: float


class NextToken(Schema):
    """A token and its probability."""

    token: TokenText
    probability: float


class Continuation(Schema):
    """The next token's distribution."""

    next: list[NextToken] = Field(description="most probable first")
    answers: list[NextToken] = Field(
        description="the task's two answers, where they are fixed tokens"
    )


class Traced(Schema):
    """A node's activations at each token, or a head's attention to each from the last one."""

    name: str
    now: list[float] = Field(description="under the intervention")
    model: list[float] = Field(description="nothing ablated")


class Trace(Schema):
    """The nodes of the circuit on a text, and the heads they are in."""

    nodes: list[Traced]
    heads: list[Traced]
    left_out: int = Field(description="nodes too many to tell")


class PromptAnswer(Schema):
    """What the model says next after a prompt, under the intervention and in every mode."""

    tokens: list[TokenText]
    now: Continuation = Field(description="under the intervention")
    untouched: dict[Mode, Continuation] = Field(description="nothing changed by hand")
    trace: Trace


class EvaluateResponse(Schema):
    """The numbers, beside those they are read against; with a prompt, its next tokens too."""

    slug: str
    request: EvaluateRequest
    n: int = Field(description="pairs; each has two sequences")
    kept_nodes: int
    ablated_nodes: int
    ablated_edges: int = Field(description="ablated on their own: between kept nodes")
    numbers: Numbers | None = Field(description="None with a prompt")
    circuit: Numbers | None = Field(
        description="the circuit untouched, in the same mode and value; None without references"
    )
    whole_model: Numbers | None
    everything_ablated: Numbers | None
    chance: float = Field(description="ln 2")
    pairs: list[PairAnswer] = Field(description="every pair, worst first")
    prompt: PromptAnswer | None
    milliseconds: float = Field(description="time the server took to answer")


class EffectsRequest(WhatIf):
    """What each part changes when it is toggled beside everything else that is asked."""

    parts: list[list[str]] = Field(
        max_length=500, description="nodes toggled together: kept ones ablated, ablated restored"
    )


class Effect(Schema):
    """What toggling nodes together changes, against the question as it is."""

    nodes: list[str]
    task_loss: float
    loss_change: Estimate
    difference_change: Estimate = Field(description="of logit(right) - logit(wrong)")


class EffectsResponse(Schema):
    """The effects of the parts, in their order."""

    slug: str
    request: EffectsRequest
    task_loss: float = Field(description="before any part is toggled")
    parts: list[Effect]
    milliseconds: float = Field(description="time the server took to answer")
