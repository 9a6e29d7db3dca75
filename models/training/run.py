"""The training loop. Batches depend on seed and step alone: a resumed run goes on as it would."""

from __future__ import annotations

import itertools
import json
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.fused import fused
from models.fused.cross_entropy import fused_loss
from models.packing import Tokens, bigram_logits, consecutive_windows, windows
from models.recipe import Recipe
from models.sparsity import annealed_fraction, nonzero_fraction, sharkfin, sparse_parameters
from models.tokenizer import Tokenizer
from models.training.optimizer import SparseAdamW
from models.training.processes import Processes
from models.transformer import SparseTransformer

INIT_STD = 0.02


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


@dataclass(frozen=True)
class TrainingData:
    """What a run reads: the corpus as tokens, and the tokenizer that made them."""

    tokenizer: Tokenizer
    train: Tokens
    held_out: Tokens


class TrainingRun:
    """Model, optimizer and the step they are at.

    Args:
        recipe: what to train.
        data: of the recipe's corpus.
        processes: those that train together.
    """

    def __init__(
        self, recipe: Recipe, data: TrainingData, processes: Processes | None = None
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.processes = processes or Processes()
        self.processes.check(recipe.run.batch)
        self.recipe, self.data, self.device = recipe, data, self.processes.device
        self.model = SparseTransformer(recipe.model)
        initialise(self.model)
        if self.model.bigram is not None:
            table = bigram_logits(data.train, recipe.vocab_size)
            self.model.bigram.data.copy_(table)
        self.model.to(self.device)
        self.optimizer = SparseAdamW(self.model, recipe.optimizer, recipe.sparsity)
        self.step = 0
        self.seconds = 0.0

    def steps(self) -> Iterator[TrainingProgress]:
        """Train to the end; yields a line of the log every `log_every` steps and at the last."""
        run, last = self.recipe.run, self.recipe.run.steps
        begun, begun_step = time.perf_counter(), self.step
        while self.step < last:
            loss, rate = self.train_step()
            evaluate = self.step % run.evaluate_every == 0 or self.step == last
            if self.step % run.log_every and not evaluate and self.step % run.save_every:
                continue
            elapsed = time.perf_counter() - begun
            self.seconds += elapsed
            tokens = (self.step - begun_step) * run.batch * self.recipe.model.n_ctx
            wanted = evaluate and self.processes.leads
            yield TrainingProgress(
                step=self.step,
                steps=last,
                loss=float(loss),
                held_out_loss=self.held_out_loss() if wanted else None,
                nonzero_fraction=nonzero_fraction(self.model),
                learning_rate=rate,
                tokens_per_second=tokens / elapsed,
            )
            begun, begun_step = time.perf_counter(), self.step

    def train_step(self) -> tuple[Tensor, float]:
        """Take one step.

        Returns:
            The mean loss of the step's batch, nats, and the learning rate.
        """
        recipe, steps = self.recipe, self.recipe.run.steps
        sparsity = recipe.sparsity
        fraction, after = (
            annealed_fraction(step, steps, sparsity.nonzero_fraction, sparsity.anneal)
            for step in (self.step, self.step + 1)
        )
        rate = recipe.optimizer.learning_rate * sharkfin(
            self.step, steps, recipe.optimizer.warmup, fraction
        )
        batch = windows(
            self.data.train, recipe.model.n_ctx, recipe.run.batch, recipe.seed, self.step
        )
        self.model.zero_grad(set_to_none=True)
        loss = self.compute_gradients(self.processes.share(batch).to(self.device))
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        self.processes.average([loss, *gradients])
        self.update(rate, after)
        self.step += 1
        return loss, rate

    def compute_gradients(self, batch: Tensor) -> Tensor:
        """Add the gradients of the mean loss of a batch [batch, pos] to the parameters.

        Returns:
            The loss, nats.
        """
        if self.device.type == "cpu" and not self.recipe.run.bfloat16:
            with fused(self.model):
                loss = fused_loss(self.model, batch)
                loss.backward()
            return loss.detach()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.run.bfloat16):
            loss = next_token_loss(self.model, batch)
        loss.backward()
        return loss.detach()

    def update(self, rate: float, fraction: float) -> None:
        """Change the weights by their gradients; see `SparseAdamW.advance`."""
        self.optimizer.advance(rate, fraction)

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

    def resume(self, path: Path) -> None:
        """Go on from a saved state, if there is one."""
        if path.exists():
            state = torch.load(path, weights_only=True, map_location=self.device)
            self.step, self.seconds = state["step"], state["seconds"]
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])

    def drop_later(self, log: Path) -> None:
        """Drop the lines of a log that are past the step the run is at."""
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
