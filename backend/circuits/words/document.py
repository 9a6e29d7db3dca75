"""Words on a circuit, as they are stored and carried.

A word stands at a target of its circuit:

    0.mlp.post_act.17                    a label of the node
    0.mlp.act_in.3>0.mlp.post_act.17     a label of the edge
    group:quote-type                     a label of several nodes, which it names
    story:how-it-works                   a story
    step:8f2c1a                          a step of a story
    case:nested-quotes                   a prompt worth asking again

Each saving of a target makes its next version; none is ever changed. A version without a document
says that the word was taken away. A story's steps are read in the order of their place; they are
not read where the story itself was taken away.

A file of words, as they come with the program (`backend/shipped/words/SLUG.json`):

    {"format": "circuit-explorer-words", "version": 1, "slug": "...", "words": [...]}
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

GROUP = "group:"
CASE = "case:"
STEP = "step:"
STORY = "story:"
NAME = r"(case|group|step|story):[a-z0-9-]{1,40}"

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class At(StrEnum):
    """Which text a predicate's pattern is looked for in, at a token."""

    TOKEN = "token"
    """The token's own."""
    BEFORE = "before"
    """That of its document before the token."""
    THROUGH = "through"
    """That of its document up to the token and with it."""


class Active(StrEnum):
    """On which side of a threshold a node counts as active."""

    BEYOND = "beyond"
    """|value| > threshold; with threshold 0: not zero."""
    ABOVE = "above"
    BELOW = "below"


class Predicate(_Part):
    """What a label says of tokens, so that it can be tested: `backend.circuits.predicates`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: str = Field(
        min_length=1,
        max_length=200,
        description="regular expression of Rust's syntax, found anywhere in the text unless "
        "anchored; $ is the text's end",
    )
    at: At = At.TOKEN
    active: Active = Active.BEYOND
    threshold: float | None = Field(
        default=None,
        ge=-1e6,
        le=1e6,
        allow_inf_nan=False,
        description="None: 0 for a node that is zero at half of the held-out tokens or more, else "
        "what a tenth of them exceeds",
    )

    @model_validator(mode="after")
    def _magnitude(self) -> Self:
        if self.active is Active.BEYOND and self.threshold is not None and self.threshold < 0:
            raise ValueError(
                f"threshold {self.threshold:g} is below 0, and every magnitude is beyond it: "
                "name 0 or more, or count values above or below it as active"
            )
        return self


class Label(_Part):
    """What a node, an edge or a group of nodes is called, and why."""

    kind: Literal["label"] = "label"
    label: Short
    note: str = Field(default="", max_length=4000)
    members: list[str] = Field(
        default_factory=list, max_length=2000, description="nodes of a group; else none"
    )
    predicate: Predicate | None = Field(
        default=None,
        exclude_if=lambda predicate: predicate is None,
        description="of a node: at which tokens the label says that it is active",
    )


class StateNumbers(_Part):
    """Numbers of a saved state when it was saved: of its task's pairs, losses in nats."""

    task_loss: float = Field(allow_inf_nan=False)
    accuracy: float = Field(allow_inf_nan=False)
    logit_difference: float = Field(allow_inf_nan=False)


class Story(_Part):
    """What a story of a circuit is called, and what it is about; its steps name it."""

    kind: Literal["story"] = "story"
    title: Short
    text: str = Field(default="", max_length=4000)


class Step(_Part):
    """One step of a story."""

    kind: Literal["step"] = "step"
    story: str = Field(max_length=60, description="target of the story, as story:NAME")
    title: Short
    text: str = Field(default="", max_length=8000)
    place: float = Field(allow_inf_nan=False, description="steps are read in this order")
    state: str = Field(
        max_length=100_000, description="of the page: what stands behind ? in its address"
    )
    numbers: StateNumbers | None = None


class Case(_Part):
    """A prompt worth asking again, and what is expected to follow it."""

    kind: Literal["case"] = "case"
    title: Short
    text: str = Field(default="", max_length=4000, description="what it shows")
    prompt: str = Field(min_length=1, max_length=20_000)
    expected: str = Field(
        default="", max_length=400, description="text of the token expected next; empty for none"
    )
    against: str = Field(
        default="", max_length=400, description="text of the token it is compared with, or empty"
    )


Document = Annotated[Label | Story | Step | Case, Field(discriminator="kind")]


class Word(_Part):
    """One version of what is written at a target."""

    target: str = Field(max_length=200)
    version: int = Field(ge=1)
    author: Short
    created: datetime
    document: Document | None = Field(description="None: it was taken away")


class WrittenWords(_Part):
    """The words on a circuit as a file."""

    format: Literal["circuit-explorer-words"] = "circuit-explorer-words"
    version: Literal[1] = 1
    slug: str
    words: list[Word]


def read_words(content: bytes) -> WrittenWords:
    """Words from a file's content.

    Raises:
        pydantic.ValidationError: they are none of this version.
    """
    return WrittenWords.model_validate_json(content)
