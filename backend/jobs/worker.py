"""A worker process: takes jobs from its server, one after another, until the server is gone.

Started by `backend.jobs.pool`, never by hand. The first line on stdin is a `Setup`, every further
one an `Assignment`. Importing torch takes seconds, so a worker does it once and then waits; what a
job reports is written to the database.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from typing import TextIO

import torch

from backend.jobs.protocol import EXIT_ORPHANED, Assignment, Message, Setup
from backend.jobs.run import run_job
from backend.library import CheckpointLibrary
from backend.store import Store
from backend.store.engine import make_engine
from tasks import use_task_folders

_log = logging.getLogger(__name__)


def main() -> None:
    """Serves until stdin ends; does not return before."""
    commands = sys.stdin
    answers = _take_stdout()
    setup = Setup.model_validate_json(commands.readline())
    logging.basicConfig(
        level=setup.log_level.upper(), format="%(levelname)s worker %(process)d: %(message)s"
    )
    use_task_folders(setup.task_folders)
    store = Store(make_engine(setup.database_url))
    library = CheckpointLibrary(
        setup.checkpoint_folders,
        tokenizer_dirs=setup.tokenizer_folders,
        means_dir=setup.means_folder,
    )
    assignments: queue.SimpleQueue[Assignment] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(commands, assignments), daemon=True).start()
    _say(answers, Message())
    while True:
        assignment = assignments.get()
        torch.set_num_threads(assignment.threads)
        run_job(store, library, assignment.job_id)
        _say(answers, Message(job_id=assignment.job_id))


def _take_stdout() -> TextIO:
    """The pipe to the server; prints of any library go to stderr from now on."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _listen(commands: TextIO, assignments: queue.SimpleQueue[Assignment]) -> None:
    """Hands assignments on; ends the process with the server, even in the middle of a job."""
    for line in commands:
        assignments.put(Assignment.model_validate_json(line))
    os._exit(EXIT_ORPHANED)


def _say(answers: TextIO, message: Message) -> None:
    try:
        answers.write(message.line())
        answers.flush()
    except BrokenPipeError:
        os._exit(EXIT_ORPHANED)
