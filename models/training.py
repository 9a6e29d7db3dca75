"""The training loop: AdamW, then projection onto the largest magnitudes, at every step.

Gao et al. 2025, A.2. A run lives in a folder: `work/` holds the tokenizer, the packed corpus and
the state to resume from; `training.jsonl` grows a line at a time; at the end the folder itself is
a native checkpoint and `work/` is removed. Batches depend on seed and step alone, so that a run
that was killed and resumed gives the weights of one that was not.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.checkpoints.native import save_native
from models.corpus import CorpusSplit, corpus_digest, corpus_documents
from models.means import compute_node_means
from models.packing import (
    Tokens,
    bigram_logits,
    consecutive_windows,
    packed_file,
    tokens_digest,
    windows,
)
from models.recipe import Recipe
from models.sparsity import (
    annealed_fraction,
    nonzero_fraction,
    project,
    sharkfin,
    sparse_parameters,
)
from models.tokenizer import Tokenizer
from models.transformer import SparseTransformer

INIT_STD = 0.02
TOKENIZER_SAMPLE = 20_000
"""Documents the tokenizer is trained on."""
HELD_OUT_SAMPLE = 32
"""Windows of held-out text kept with the checkpoint, for resampled ablation."""


@dataclass(frozen=True)
class TrainingProgress:
    """One line of the log.

    Attributes:
        step: steps done.
        steps: steps in all.
        loss: mean next-token loss of the step's batch, nats.
        held_out_loss: on held-out windows, nats; None at most steps.
        nonzero_fraction: of all projected weights together.
        learning_rate: of the step.
        tokens_per_second: since the last line.
    """

    step: int
    steps: int
    loss: float
    held_out_loss: float | None
    nonzero_fraction: float
    learning_rate: float
    tokens_per_second: float


OnProgress = Callable[[TrainingProgress], None]


@dataclass(frozen=True)
class _Data:
    tokenizer: Tokenizer
    train: Tokens
    held_out: Tokens


def train(recipe: Recipe, out: Path, on_progress: OnProgress | None = None) -> Path:
    """Train a checkpoint, going on from where an interrupted run of the same recipe stopped.

    Args:
        recipe: what to train.
        out: folder of the run and, at the end, of the native checkpoint.
        on_progress: called for every line of the log.

    Returns:
        The checkpoint's folder.

    Raises:
        FileExistsError: the folder holds a finished checkpoint or a run of another recipe.
    """
    work = _open_folder(recipe, out)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = _data(recipe, work)
    run = _Run(recipe, data, device)
    log = out / "training.jsonl"
    run.resume(work / "state.pt", log)
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


class _Run:
    """Model, optimizer and the step they are at."""

    def __init__(self, recipe: Recipe, data: _Data, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.data, self.device = recipe, data, device
        self.model = SparseTransformer(recipe.model)
        initialise(self.model)
        if self.model.bigram is not None:
            table = bigram_logits(data.train, recipe.vocab_size)
            self.model.bigram.data.copy_(table)
        self.model.to(device)
        self.optimizer = _optimizer(self.model, recipe)
        self.step = 0
        self.seconds = 0.0

    def steps(self) -> Iterator[TrainingProgress]:
        """Train to the end; yields a line of the log every `log_every` steps and at the last."""
        run, last = self.recipe.run, self.recipe.run.steps
        begun, begun_step = time.perf_counter(), self.step
        while self.step < last:
            loss, rate = self._train_step()
            self.step += 1
            evaluate = self.step % run.evaluate_every == 0 or self.step == last
            if self.step % run.log_every and not evaluate and self.step % run.save_every:
                continue
            elapsed = time.perf_counter() - begun
            self.seconds += elapsed
            tokens = (self.step - begun_step) * run.batch * self.recipe.model.n_ctx
            yield TrainingProgress(
                step=self.step,
                steps=last,
                loss=float(loss),
                held_out_loss=self.held_out_loss() if evaluate else None,
                nonzero_fraction=nonzero_fraction(self.model),
                learning_rate=rate,
                tokens_per_second=tokens / elapsed,
            )
            begun, begun_step = time.perf_counter(), self.step

    def _train_step(self) -> tuple[Tensor, float]:
        recipe, steps = self.recipe, self.recipe.run.steps
        fraction = annealed_fraction(
            self.step, steps, recipe.sparsity.nonzero_fraction, recipe.sparsity.anneal
        )
        rate = recipe.optimizer.learning_rate * sharkfin(
            self.step, steps, recipe.optimizer.warmup, fraction
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = windows(
            self.data.train, recipe.model.n_ctx, recipe.run.batch, recipe.seed, self.step
        )
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=recipe.run.bfloat16):
            loss = next_token_loss(self.model, batch.to(self.device))
        loss.backward()
        if recipe.optimizer.grad_rms_clip is not None:
            clip_rms(self.model, recipe.optimizer.grad_rms_clip)
        self.optimizer.step()
        after = annealed_fraction(
            self.step + 1, steps, recipe.sparsity.nonzero_fraction, recipe.sparsity.anneal
        )
        project(self.model, after, recipe.sparsity.min_per_neuron)
        return loss.detach(), rate

    @torch.no_grad()
    def held_out_loss(self) -> float:
        """Mean next-token loss on the first held-out windows, nats."""
        run, n_ctx = self.recipe.run, self.recipe.model.n_ctx
        count = math.ceil(run.held_out_windows / run.batch)
        batches = itertools.islice(consecutive_windows(self.data.held_out, n_ctx, run.batch), count)
        losses = [
            (float(next_token_loss(self.model, batch.to(self.device))), len(batch))
            for batch in batches
        ]
        return sum(loss * n for loss, n in losses) / sum(n for _, n in losses)

    def save(self, path: Path) -> None:
        """Write the state to resume from, whole or not at all."""
        partial = path.with_suffix(".partial")
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        torch.save(state, partial)
        os.replace(partial, path)

    def resume(self, path: Path, log: Path) -> None:
        """Go on from a saved state, if there is one; drop the log's lines past it."""
        if path.exists():
            state = torch.load(path, weights_only=True, map_location=self.device)
            self.step, self.seconds = state["step"], state["seconds"]
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
        lines = log.read_text().splitlines() if log.exists() else []
        whole = [line for line in lines if line.endswith("}")]  # a kill may cut the last one
        kept = [line for line in whole if json.loads(line)["step"] <= self.step]
        partial = log.with_suffix(".partial")
        partial.write_text("".join(line + "\n" for line in kept))
        os.replace(partial, log)


def next_token_loss(model: SparseTransformer, tokens: Tensor) -> Tensor:
    """Mean cross-entropy of each token given those before it.

    Args:
        model: a transformer.
        tokens: [batch, pos].

    Returns:
        Scalar, nats.
    """
    logits = model(tokens[:, :-1])  # [batch, pos - 1, vocab]
    return F.cross_entropy(logits.flatten(0, 1).float(), tokens[:, 1:].flatten())


def initialise(model: SparseTransformer) -> None:
    """GPT-2's initialisation: N(0, 0.02), writes to the residual stream scaled by their number."""
    for name, parameter in sparse_parameters(model):
        if parameter.ndim < 2:
            nn.init.zeros_(parameter)
            continue
        writes = name.endswith(("attn.out.weight", "mlp.down.weight"))
        scale = 1 / math.sqrt(2 * model.config.n_layer) if writes else 1
        nn.init.normal_(parameter, std=INIT_STD * scale)


def clip_rms(model: SparseTransformer, limit: float) -> None:
    """Scale all gradients together so that their root mean square is at most the limit, in place.

    Gao et al. 2025, A.2.
    """
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    count = sum(gradient.numel() for gradient in gradients)
    norms = torch.stack([gradient.norm() for gradient in gradients])
    rms = norms.norm() / math.sqrt(count)
    factor = (limit / (rms + 1e-12)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(factor)


def _optimizer(model: SparseTransformer, recipe: Recipe) -> torch.optim.AdamW:
    decayed = [parameter for _, parameter in sparse_parameters(model)]
    ids = {id(parameter) for parameter in decayed}
    others = [p for p in model.parameters() if p.requires_grad and id(p) not in ids]
    groups = [
        {"params": decayed, "weight_decay": recipe.optimizer.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups, lr=1.0, betas=recipe.optimizer.betas, eps=recipe.optimizer.eps, fused=True
    )


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


def _data(recipe: Recipe, work: Path) -> _Data:
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
    return _Data(tokenizer, rows[CorpusSplit.TRAIN], rows[CorpusSplit.HELD_OUT])


def _finish(recipe: Recipe, run: _Run, data: _Data, out: Path, log: Path) -> None:
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


def _card(recipe: Recipe, run: _Run, data: _Data) -> dict[str, Any]:
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
