"""The predicate of a node's label, saved or not, measured."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from backend.api.deps import ServicesDep
from backend.api.problems import responses
from backend.api.routes.inspector import SubjectDep, excerpt_of
from backend.api.schemas.inspector import Excerpt
from backend.api.schemas.predicates import Detection, PredicateMeasures, Swap
from backend.circuits.inspector import sample
from backend.circuits.inspector.subject import Subject
from backend.circuits.predicates import measure
from backend.circuits.words import Predicate
from tasks import Split

router = APIRouter(prefix="/circuits/{slug}/nodes/{node}/predicate", tags=["nodes"])


class PredicateQuery(Predicate):
    """A predicate in the address, and the pairs it is measured on."""

    split: Split = Split.TEST
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="of the pairs")

    @property
    def predicate(self) -> Predicate:
        """Without the pairs."""
        return Predicate.model_validate(self.model_dump(exclude={"split", "seed"}))


@router.get("", responses=responses(404, 409, 422))
def get_predicate(
    subject: SubjectDep, services: ServicesDep, query: Annotated[PredicateQuery, Query()]
) -> PredicateMeasures:
    """Precision and recall on held-out text, and the loss with values swapped within its classes.

    The predicate may be anyone's: it need not be saved.
    """
    predicate = query.predicate
    with services.evaluating:
        found = measure.tested(subject.checkpoint, subject.node, predicate)
        swapped = measure.swapped(subject, predicate, query.split, query.seed)
    return PredicateMeasures(
        predicate=predicate,
        in_circuit=subject.in_circuit,
        detection=None if found is None else _detection(subject, found),
        swap=Swap(explained=swapped.explained, **dataclasses.asdict(swapped)),
    )


def _detection(subject: Subject, found: measure.Tested) -> Detection:
    def shown(examples: list[sample.Excerpt]) -> list[Excerpt]:
        return [excerpt_of(subject, each) for each in examples]

    return Detection(
        threshold=found.threshold,
        base_rate=found.detection.base_rate,
        **dataclasses.asdict(found.detection),
        hits=shown(found.hits),
        false_positives=shown(found.false_positives),
        false_negatives=shown(found.false_negatives),
    )
