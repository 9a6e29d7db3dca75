"""A circuit unrolled over the tokens of one text."""

from __future__ import annotations

import dataclasses

from fastapi import APIRouter

from backend.api.deps import ServicesDep, SlugPath
from backend.api.problems import responses
from backend.api.routes.circuits import opened, question_of
from backend.api.schemas.unrolled import Unrolled, UnrolledAnswer, UnrolledRequest
from backend.api.views import token_text
from backend.circuits.inspector.attention import Example
from backend.circuits.needs import tokenizer_of
from backend.circuits.unrolled import unrolled
from backend.jobs.service import find_task

router = APIRouter(tags=["circuits"])


@router.post("/circuits/{slug}/unrolled", responses=responses(400, 403, 404, 409, 413, 422))
def unroll_circuit(slug: SlugPath, request: UnrolledRequest, services: ServicesDep) -> Unrolled:
    """Its nodes at every token of a text, the attention of its heads, what its edges carry.

    Nothing is written: this is a POST for the length of its question.
    """
    circuit, checkpoint = opened(slug, services)
    question = dataclasses.replace(question_of(request), prompt=request.prompt)
    example = Example(request.split, request.seed, request.pair, request.second)
    found = unrolled(
        checkpoint, find_task(circuit.task), circuit, question, example, services.evaluating
    )
    tokenizer = tokenizer_of(checkpoint)
    return Unrolled(
        slug=slug,
        request=request,
        **dataclasses.asdict(found)
        | {
            "tokens": [token_text(tokenizer, token) for token in found.tokens],
            "answers": [
                UnrolledAnswer(
                    token=token_text(tokenizer, each.token), now=each.now, model=each.model
                )
                for each in found.answers
            ],
        },
    )
