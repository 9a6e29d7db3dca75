"""What a run keeps in its folder, and the checkpoint that the folder becomes.

    work/tokenizer.json, train.npy, held_out.npy   the packed corpus
    work/recipe.json                               whose run it is
    work/state.pt                                  to resume from
    training.jsonl                                 the log, a line at a time

At the end the folder itself is a native checkpoint and `work/` is removed.
"""

from __future__ import annotations

import itertools
import json
import math
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from models.checkpoints.native import save_native
from models.corpus import CorpusSplit, corpus_digest, corpus_documents
from models.means import compute_node_means
from models.packing import consecutive_windows, packed_file, tokens_digest
from models.recipe import Recipe
from models.sparsity import nonzero_fraction, sparse_parameters
from models.tokenizer import Tokenizer
from models.training.processes import Processes
from models.training.run import TrainingData, TrainingProgress, TrainingRun

TOKENIZER_SAMPLE = 20_000
"""Documents the tokenizer is trained on."""
HELD_OUT_SAMPLE = 32
"""Windows of held-out text kept with the checkpoint, for resampled ablation."""


OnProgress = Callable[[TrainingProgress], None]


def train(
    recipe: Recipe,
    out: Path,
    on_progress: OnProgress | None = None,
    processes: Processes | None = None,
) -> Path:
    """Train a checkpoint, going on from where an interrupted run of the same recipe stopped.

    Args:
        recipe: what to train.
        out: folder of the run and, at the end, of the native checkpoint.
        on_progress: called for every line of the log, by the leading process.
        processes: those that train together (`joined_processes`), all of which call this.

    Returns:
        The checkpoint's folder.

    Raises:
        FileExistsError: the folder holds a finished checkpoint or a run of another recipe.
        BatchError: the processes cannot share the recipe's batch evenly.
    """
    processes = processes or Processes()
    processes.check(recipe.run.batch)
    with processes.leader_first():
        work = _open_folder(recipe, out)
        data = training_data(recipe, work)
    run = TrainingRun(recipe, data, processes)
    run.resume(work / "state.pt")
    if not processes.leads:
        for _ in run.steps():
            pass
        return out
    log = out / "training.jsonl"
    run.drop_later(log)
    with log.open("a") as lines:
        for progress in run.steps():
            lines.write(json.dumps(asdict(progress)) + "\n")
            lines.flush()
            if on_progress is not None:
                on_progress(progress)
            if progress.step % recipe.run.save_every == 0:
                run.save(work / "state.pt")
    _finish(recipe, run, data, out, log)
    shutil.rmtree(work)
    return out


def _open_folder(recipe: Recipe, out: Path) -> Path:
    """The run's work folder, made or found to be of this recipe."""
    work = out / "work"
    ours = recipe.model_dump_json()
    if (out / "config.json").exists():
        raise FileExistsError(
            f"{out} holds a finished checkpoint; choose another folder, or remove it to train anew"
        )
    if (work / "recipe.json").exists():
        if (work / "recipe.json").read_text() != ours:
            raise FileExistsError(
                f"{out} holds a run of another recipe; choose another folder, or remove it"
            )
        return work
    work.mkdir(parents=True, exist_ok=True)
    (work / "recipe.json").write_text(ours)
    return work


def training_data(recipe: Recipe, work: Path) -> TrainingData:
    """A recipe's corpus as tokens, made if the folder does not hold it yet.

    Args:
        recipe: whose corpus and vocabulary.
        work: folder of the tokenizer and the tokens.
    """
    path = work / "tokenizer.json"
    if not path.exists():
        sample = itertools.islice(corpus_documents(recipe.corpus), TOKENIZER_SAMPLE)
        partial = work / "tokenizer.partial.json"
        Tokenizer.train(sample, recipe.vocab_size).save(partial)
        partial.replace(path)
    tokenizer = Tokenizer.load(path)
    rows = {
        split: packed_file(
            work / f"{split.value}.npy", corpus_documents(recipe.corpus, split), tokenizer
        )
        for split in CorpusSplit
    }
    return TrainingData(tokenizer, rows[CorpusSplit.TRAIN], rows[CorpusSplit.HELD_OUT])


def _finish(recipe: Recipe, run: TrainingRun, data: TrainingData, out: Path, log: Path) -> None:
    """Node means, card, checkpoint."""
    model = run.model.to("cpu").eval()
    run.device = torch.device("cpu")
    windows_of_train = consecutive_windows(data.train, recipe.model.n_ctx, recipe.run.batch)
    batches = math.ceil(recipe.run.means_windows / recipe.run.batch)
    means = compute_node_means(
        model, itertools.islice(windows_of_train, batches), tokens_digest(data.train)
    )
    held_out = next(consecutive_windows(data.held_out, recipe.model.n_ctx, HELD_OUT_SAMPLE))
    save_native(out, model, data.tokenizer, means, _card(recipe, run, data), log, held_out=held_out)


def _card(recipe: Recipe, run: TrainingRun, data: TrainingData) -> dict[str, Any]:
    tensors = [parameter for _, parameter in sparse_parameters(run.model)]
    return {
        "name": recipe.name,
        "recipe": recipe.model_dump(mode="json"),
        "corpus": {
            "digest": corpus_digest(recipe.corpus),
            "train_tokens": len(data.train),
            "held_out_tokens": len(data.held_out),
        },
        "sizes": {
            "parameters": sum(t.numel() for t in tensors),
            "nonzero": sum(int(t.count_nonzero()) for t in tensors),
            "nonzero_fraction": nonzero_fraction(run.model),
        },
        "held_out_loss": run.held_out_loss(),
        "training": {
            "tokens": recipe.run.steps * recipe.run.batch * recipe.model.n_ctx,
            "seconds": run.seconds,
            "device": run.device.type,
        },
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }
