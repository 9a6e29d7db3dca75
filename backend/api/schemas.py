"""What the API takes and gives: one pydantic model for each body.

Circuits themselves are `backend.circuits.Circuit`. Losses are in nats, times in seconds, instants
in UTC.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.circuits.ablation import AblationValue, Mode
from backend.circuits.circuit import Circuit, SizePath
from backend.jobs.params import (
    FEWEST_TOKENS,
    HIGHEST_TARGET,
    MOST_TOKENS,
    JobKind,
    SearchMethod,
)
from backend.jobs.status import JobStatus
from models.means import RECOMMENDED_TOKENS
from tasks.base import Split
from tasks.files.task_file import MAX_BYTES


class Schema(BaseModel):
    """Base of all bodies: a field that is not known is an error."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """An error, as RFC 9457 problem details, with what to do about it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str


# Checkpoints and tasks


class CheckpointSummary(Schema):
    """A checkpoint in a list."""

    name: str
    format: str
    digest: str
    n_layer: int
    d_model: int
    d_mlp: int
    n_head: int
    vocab_size: int
    parameters: int
    nonzero: int
    nonzero_fraction: float = Field(description="over all weight matrices but the bigram table")
    held_out_loss: float | None = Field(description="nats a token; None if its card has none")
    has_tokenizer: bool
    has_node_means: bool


class ArchiveOffer(Schema):
    """An archive that is about to be sent."""

    filename: str = Field(max_length=255)
    size: int = Field(ge=0, description="bytes")
    name: str | None = Field(default=None, description="the checkpoint is to go by; None: its own")


class NodeMeansSource(Schema):
    """Where node means come from."""

    tokens: int = Field(description="they are taken over")
    corpus_digest: str
    digest: str = Field(description="of the means; circuits name it")


class BrokenCheckpointSummary(Schema):
    """A folder that looks like a checkpoint but cannot be opened."""

    name: str
    error: str


class CheckpointDetail(CheckpointSummary):
    """A checkpoint with its architecture and its card."""

    config: dict[str, Any]
    matrices: dict[str, float] = Field(description="nonzero fraction by matrix")
    sites: list[dict[str, Any]] = Field(description="site, width, AbsTopK k")
    card: dict[str, Any]


class TaskSummary(Schema):
    """A task in a list."""

    name: str
    title: str
    summary: str
    decides: str
    answers: tuple[str, str]
    custom: bool = Field(description="read from a task file, not one that comes along")


class TaskFinding(Schema):
    """One thing that is wrong with a task file, or that is likely not meant."""

    line: int
    message: str
    rule: str
    remedy: str
    warning: bool = Field(description="the task can be used all the same")


class TaskUpload(Schema):
    """A task file."""

    filename: str = Field(max_length=255)
    text: str = Field(max_length=MAX_BYTES)


class AddedTask(Schema):
    """A task that is listed from now on."""

    task: TaskSummary
    findings: list[TaskFinding]


class TaskFileProblem(Problem):
    """Why a task file makes no task, line by line; no lines if the request has another form."""

    findings: list[TaskFinding] = []


class BrokenTaskSummary(Schema):
    """A file in a folder of tasks that makes none."""

    file: str
    findings: list[TaskFinding]


class TokenText(Schema):
    """A token with the text it stands for."""

    id: int
    text: str


class PairExample(Schema):
    """One pair of a task: two sequences that differ in what decides the answer."""

    template: int
    first: list[TokenText]
    second: list[TokenText]
    first_text: str
    second_text: str
    first_answer: TokenText
    second_answer: TokenText


class TaskExamples(Schema):
    """Pairs of a task for a checkpoint's tokenizer."""

    task: TaskSummary
    checkpoint: str
    split: Split
    pairs: list[PairExample]


# Jobs


class SearchRequest(Schema):
    """Ask for the circuit of a task."""

    checkpoint: str
    task: str
    target_loss: float = Field(
        default=0.15, gt=0, le=HIGHEST_TARGET, description="nats, on validation pairs"
    )
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    method: SearchMethod = Field(default=SearchMethod.PATH, description="how the circuit is found")
    seconds: float | None = Field(
        default=None, gt=0, le=86_400, description="wall-clock time the search may fill"
    )


class VerifyRequest(Schema):
    """Ask for the report on a circuit."""

    quick: bool = Field(default=False, description="leave out what searches again")


class Verification(VerifyRequest):
    """What a job that verifies was asked for, and what was known of its circuit then."""

    slug: str = Field(description="of the circuit")
    checkpoint: str
    task: str
    target_loss: float = Field(description="of the search that found the circuit, nats")
    seed: int = Field(description="of that search")


class MeansRequest(Schema):
    """Ask for the node means of a checkpoint."""

    folders: list[str] = Field(
        default=[],
        max_length=20,
        description="of Python sources, on the server's machine; none means generated programs",
    )
    tokens: int = Field(default=RECOMMENDED_TOKENS, ge=FEWEST_TOKENS, le=MOST_TOKENS)
    replace: bool = Field(default=False, description="those that were computed here before")


class MeansComputation(MeansRequest):
    """What a job that computes node means was asked for."""

    checkpoint: str


class JobDetail(Schema):
    """A job and where it stands."""

    id: str
    kind: JobKind = Field(description="says what `request` is")
    status: JobStatus
    request: SearchRequest | Verification | MeansComputation
    created: datetime
    started: datetime | None
    finished: datetime | None
    queue_position: int | None = Field(description="jobs ahead of it; None unless queued")
    progress: Progress | None = Field(description="the latest progress event")
    slug: str | None = Field(description="the circuit found or verified")
    error: Problem | None


class CheckpointMeans(Schema):
    """A checkpoint's node means: the values that nodes are ablated to."""

    source: NodeMeansSource | None = Field(description="None: there are none")
    own: bool = Field(description="they came with the checkpoint and are not computed here")
    has_tokenizer: bool = Field(description="without one none can be computed")
    computing: JobDetail | None = Field(description="the queued or running job that computes them")


class Progress(Schema):
    """How far a job is: the data of a `progress` event."""

    stage: str = Field(description="of a search its phases, of a report its groups of lines")
    step: int
    steps: int
    loss: float | None = Field(
        default=None, description="task loss of the circuit alone, nats; None without a circuit"
    )
    nodes: int | None = None
    edges: int | None = None


class JobEventKind(StrEnum):
    """Names of the server-sent events of a job; every stream ends with `end`."""

    STATUS = "status"
    """data: {status}"""
    PROGRESS = "progress"
    """data: Progress"""
    LOG = "log"
    """data: {message}"""
    END = "end"
    """data: {status, slug, error}; the client closes the stream on it"""


# Circuits


class CircuitSummary(Schema):
    """A circuit in a list."""

    slug: str
    checkpoint: str
    task: str
    node_count: int
    induced_edges: int
    kept_edges: int
    task_loss: float
    accuracy: float
    target_loss: float
    meets_target: bool
    method: str = Field(description="that found it; of an opened size, with the size")
    seed: int
    seconds: float
    created: datetime
    has_report: bool


class CircuitDetail(Schema):
    """A circuit with its numbers, as stored."""

    circuit: Circuit
    summary: CircuitSummary


class CircuitPath(SizePath):
    """The sizes that the search passed through; any of 1 to len(ranking) nodes can be opened."""

    slug: str
    target_loss: float = Field(description="nats")


class GraphNode(Schema):
    """A node to draw."""

    id: str = Field(description="node name, e.g. 0.mlp.post_act.863")
    layer: int
    site: str = Field(description="e.g. mlp.post_act")
    index: int
    kind: Literal["read", "write", "q", "k", "v", "neuron"]
    head: int | None
    row: int = Field(description="rows count from 0 at the input upwards: layer * 6 + place")
    mean: float = Field(description="the value mean ablation gives it")
    degree_in: int
    degree_out: int


class GraphEdge(Schema):
    """An edge to draw. Joins and q-k products carry no weight and count in no size."""

    source: str
    target: str
    kind: Literal["weight", "join", "qk"]
    weight: float | None
    kept: bool


class CircuitGraph(Schema):
    """The drawing of a circuit."""

    slug: str
    checkpoint: str
    task: str
    n_layer: int
    d_head: int
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    max_weight: float


class EvaluateRequest(Schema):
    """What if: the kept set is (base of the mode + restored) - ablated, of nodes and of edges.

    The circuit alone lacks the edges pruned from it; the other modes have every edge. Edges are
    named by their ends, e.g. `0.mlp.act_in.3>0.mlp.post_act.17`.
    """

    mode: Mode = Mode.CIRCUIT
    value: AblationValue = AblationValue.MEAN
    ablated: list[str] = Field(default_factory=list, max_length=20_000)
    restored: list[str] = Field(default_factory=list, max_length=20_000)
    ablated_edges: list[str] = Field(default_factory=list, max_length=20_000)
    restored_edges: list[str] = Field(default_factory=list, max_length=20_000)
    split: Split = Split.TEST
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="of the pairs and the resampling")
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


class PromptAnswer(Schema):
    """What the model says next after a prompt, under the intervention and whole."""

    tokens: list[TokenText]
    next: list[NextToken] = Field(description="most probable first, under the intervention")
    whole_model: list[NextToken] = Field(description="most probable first, nothing ablated")
    answers: list[NextToken] = Field(
        description="the task's two answers under the intervention, where they are fixed tokens"
    )


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


class SavedState(Schema):
    """A state of the page too long for a URL, under a short id."""

    id: str
    path: str
    state: str


class SaveStateRequest(Schema):
    """Keep a state of the page."""

    path: str = Field(max_length=200, pattern=r"^/circuits/[a-z0-9-]+$")
    state: str = Field(max_length=400_000)


class ImportedBundle(CircuitSummary):
    """The circuit a bundle brought, and what to know about it here."""

    new: bool = Field(description="False: the circuit was stored before")
    warning: str | None = Field(description="why it cannot be explored here yet, if it cannot")


class Health(Schema):
    """The server is up."""

    status: Literal["ok"] = "ok"
    version: str
    write_protected: bool = Field(description="writing needs the token")


# Pages: what each shows, at its path with .json behind it
