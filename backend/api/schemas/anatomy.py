"""What the sections of a checkpoint's page show: one body each."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.base import Schema
from models.anatomy import CurveKind


class TrainingCurve(Schema):
    """One column of a training log."""

    name: str
    kind: CurveKind
    steps: list[int]
    values: list[float]


class TrainingCurves(Schema):
    """The training log that lies with a checkpoint."""

    file: str | None = Field(description="name of the log; None: there is none")
    lines: int = Field(description="of the log; longer curves are thinned")
    curves: list[TrainingCurve]


class MatrixSparsity(Schema):
    """A weight matrix, bias or embedding."""

    name: str
    shape: list[int]
    entries: int
    nonzero: int
    fraction: float


class Matrices(Schema):
    """Nonzero entries by matrix, in the model's order, and of all together."""

    matrices: list[MatrixSparsity]
    entries: int
    nonzero: int
    fraction: float


class AliveSite(Schema):
    """How many nodes of a site are alive."""

    site: str
    layer: int
    kind: str = Field(description="the site's name without its layer")
    alive: int
    width: int


class AliveNodes(Schema):
    """Alive nodes by site, in the order of the forward pass."""

    sites: list[AliveSite]


class DegreeDistribution(Schema):
    """How many nodes of a site have how many edges on one side."""

    site: str
    layer: int
    kind: str = Field(description="the site's name without its layer")
    degrees: list[int] = Field(description="those that occur, ascending")
    nodes: list[int] = Field(description="nodes of each degree")


class DegreeDistributions(Schema):
    """Edges in and out of nodes, an edge being a nonzero weight."""

    into: list[DegreeDistribution]
    out: list[DegreeDistribution]


class SiteActivitySummary(Schema):
    """How sparse the activations of a site are, after AbsTopK."""

    site: str
    layer: int
    kind: str = Field(description="the site's name without its layer")
    width: int
    abs_topk: int | None = Field(description="entries that AbsTopK keeps; None: it is not applied")
    nonzero_fraction: float = Field(description="share of entries that are nonzero")
    never_active: int = Field(description="nodes that are zero at every token")


class ActivationSparsity(Schema):
    """Activation sparsity over the held-out sample that the checkpoint brings."""

    tokens: int | None = Field(description="tokens looked at; None: there is no held-out sample")
    sites: list[SiteActivitySummary]


class Token(Schema):
    """A token with its text."""

    id: int
    text: str | None = Field(description="None: the checkpoint's tokenizer has no such token")


class WeightedToken(Token):
    """A token and a signed weight."""

    weight: float


class WeightedChannel(Schema):
    """A residual channel and a signed weight."""

    channel: int
    weight: float


class Channels(Schema):
    """Residual channels by number, and how many tokens each has a nonzero weight with."""

    written: list[int] = Field(description="tokens whose embedding has the channel")
    moved: list[int] = Field(description="tokens whose logit the channel moves")


class Channel(Schema):
    """What a residual channel has to do with tokens; strongest weights first."""

    channel: int
    written: int = Field(description="tokens whose embedding has the channel")
    moved: int = Field(description="tokens whose logit the channel moves")
    embedding: list[WeightedToken]
    unembedding: list[WeightedToken] = Field(description="times the final norm's weight")


class TokenMatches(Schema):
    """Tokens whose text holds what was searched for, the nearest first."""

    matches: int = Field(description="in all; the list may be shorter")
    tokens: list[Token]


class TokenChannels(Schema):
    """The channels that a token writes and those that move its logit; strongest weights first."""

    token: Token
    written: int = Field(description="channels that its embedding has")
    moved_by: int = Field(description="channels that move its logit")
    embedding: list[WeightedChannel]
    unembedding: list[WeightedChannel] = Field(description="times the final norm's weight")
