"""Node means as a job: computed over a corpus and kept in the data folder.

Nothing is written before all tokens are counted, and then in one step: a job that is cancelled or
cut off leaves everything as it was, and is simply started again.
"""

from __future__ import annotations

from collections.abc import Callable

from backend.circuits.needs import tokenizer_of
from backend.circuits.search import SearchCancelled
from backend.errors import ConflictError, InvalidRequestError
from backend.jobs.params import MeansParams
from backend.jobs.reporter import Count, Reporter
from backend.library import CheckpointLibrary, brings_means
from backend.store import Store
from backend.store.tables import JsonObject
from models.checkpoints import Checkpoint
from models.corpus import SourceError
from models.means import RECOMMENDED_TOKENS, NodeMeans, compute_node_means
from models.means_corpus import check_folders, corpus_tokens, means_batches, means_documents
from models.packing import tokens_digest

READING, COUNTING = "corpus", "node means"
"""The stages."""


def run_means(
    store: Store, library: CheckpointLibrary, params: JsonObject, reporter: Reporter
) -> None:
    """Computes and keeps the node means that a job was asked for.

    Raises:
        CircuitExplorerError: the checkpoint or the corpus is not what it was when the job was
            submitted.
        SearchCancelled: the job was asked to stop.
    """
    wanted = MeansParams.model_validate(params)
    reporter.log(f"Opening checkpoint {wanted.checkpoint}.")
    checkpoint = check_means(library, wanted)
    means = node_means(checkpoint, wanted, reporter.progress, reporter.cancelled)
    reporter.flush()
    library.keep_means(checkpoint, means)
    reporter.log(summary(means))


def check_means(library: CheckpointLibrary, params: MeansParams) -> Checkpoint:
    """The checkpoint, if node means can be computed for it; opens it, which may take a while.

    Raises:
        CheckpointNotFoundError: no such checkpoint.
        InvalidRequestError: it cannot be opened or has no tokenizer, or a folder has no Python.
        ConflictError: it has node means already.
    """
    checkpoint = library.open(params.checkpoint)
    tokenizer_of(checkpoint)
    if checkpoint.node_means is not None:
        if brings_means(checkpoint):
            raise ConflictError(
                f"Checkpoint {checkpoint.name!r} brings its own node means.",
                remedy="Nothing is to be done; circuits can be searched in it.",
            )
        if not params.replace:
            raise ConflictError(
                f"The node means of {checkpoint.name!r} were computed before, over "
                f"{checkpoint.node_means.tokens:,} tokens.",
                remedy="Ask to replace them (--replace) if they are to be others; circuits found "
                "under the old ones can then no longer be opened.",
            )
    try:
        check_folders(params.folders)
    except SourceError as error:
        raise _no_corpus(error) from error
    return checkpoint


def node_means(
    checkpoint: Checkpoint,
    params: MeansParams,
    on_progress: Callable[[Count], None],
    cancelled: Callable[[], bool],
) -> NodeMeans:
    """The node means of a checkpoint over the corpus asked for.

    Raises:
        InvalidRequestError: the corpus is gone, or the model's activations are not finite.
        SearchCancelled: the job was asked to stop.
    """
    total = params.tokens

    def reading(tokens: int) -> None:
        _go_on(cancelled)
        on_progress(Count(READING, tokens, total))

    def counting(tokens: int) -> None:
        _go_on(cancelled)
        on_progress(Count(COUNTING, tokens, total))

    _go_on(cancelled)
    try:
        documents = means_documents(params.tokens, params.folders)
        row = corpus_tokens(documents, tokenizer_of(checkpoint), params.tokens, reading)
        total = len(row)
        batches = means_batches(row, checkpoint.config)
        return compute_node_means(checkpoint.model, batches, tokens_digest(row), counting)
    except SourceError as error:
        raise _no_corpus(error) from error
    except ValueError as error:
        raise InvalidRequestError(
            f"The node means of {checkpoint.name!r} cannot be used: {error}.",
            remedy="Choose another corpus; activations that are not finite are the checkpoint's.",
        ) from error


def summary(means: NodeMeans) -> str:
    """What was computed, and whether it is enough."""
    few = (
        ""
        if means.tokens >= RECOMMENDED_TOKENS
        else (f"; fewer than {RECOMMENDED_TOKENS:,} are noisy: circuits by other means differ more")
    )
    return f"Node means over {means.tokens:,} tokens, {means.digest[:12]}{few}."


def _go_on(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise SearchCancelled("The computation of node means was cancelled.")


def _no_corpus(error: SourceError) -> InvalidRequestError:
    return InvalidRequestError(
        f"{error}.", remedy="Name other folders, or none for generated text."
    )
