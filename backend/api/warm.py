"""What a first visitor would otherwise wait for, done while the server starts.

The first question after a start opens a checkpoint and loads compiled kernels, which takes seconds;
the next takes a blink. So the server asks one itself.
"""

from __future__ import annotations

import logging

from backend.api.deps import Services
from backend.circuits.answer import answer
from backend.circuits.question import Question
from backend.errors import CircuitExplorerError
from backend.store import get_circuit, list_circuits
from tasks import TaskError, get_task

_log = logging.getLogger(__name__)


def warm_up(services: Services) -> None:
    """Answer the untouched question of the first stored circuit, if there is one.

    What stands in the way of that, a checkpoint that is not on this instance say, is for the
    visitor who asks to be told.
    """
    with services.store.read() as session:
        stored = list_circuits(session)
        circuit = get_circuit(session, stored[0].slug) if stored else None
    if circuit is None:
        return
    source = circuit.provenance
    try:
        checkpoint = services.library.open_for(
            source.checkpoint, source.checkpoint_digest, source.means_digest
        )
        with services.evaluating:
            answer(checkpoint, get_task(circuit.task), circuit, Question())
    except (CircuitExplorerError, TaskError) as error:
        _log.info("not warmed up by circuit %s: %s", circuit.slug, error)
