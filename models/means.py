"""Node means: what a node's value becomes under mean ablation (Gao et al. 2025, A.5).

One number a node: its mean over the pretraining distribution and over all positions, taken from
the whole model after AbsTopK. The file is a safetensors file with one vector [width] a node site,
named as the site; its metadata's one key `node_means` holds {"corpus_digest", "tokens"} as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.config import ModelConfig
from models.hooks import replace
from models.layers import Replacement
from models.sites import node_sites
from models.transformer import SparseTransformer

RECOMMENDED_TOKENS = 1_000_000
"""Means over fewer tokens are too noisy to compare circuits by."""


@dataclass(frozen=True, eq=False)
class NodeMeans:
    """The mean of every node of a model, and where the means come from."""

    values: dict[str, Tensor]
    """[width] float32 by site name."""
    corpus_digest: str
    """Names the corpus: circuits found under different means are not comparable."""
    tokens: int
    """Tokens the means are taken over."""

    @cached_property
    def digest(self) -> str:
        """sha256 (hex) over the means, the corpus digest and the token count."""
        sha = hashlib.sha256(f"{self.corpus_digest}\n{self.tokens}\n".encode())
        for site in sorted(self.values):
            sha.update(f"{site} {list(self.values[site].shape)}\n".encode())
            sha.update(self.values[site].contiguous().view(-1).numpy().data)
        return sha.hexdigest()

    def source(self) -> dict[str, str | int]:
        """Where they come from, JSON-ready: tokens, corpus_digest, digest."""
        return {"tokens": self.tokens, "corpus_digest": self.corpus_digest, "digest": self.digest}

    def check(self, config: ModelConfig) -> None:
        """Check that these can be the means of a model.

        Raises:
            ValueError: sites are missing, unexpected, of another width or not finite; all are
                named.
        """
        widths = {site.name: site.width(config) for site in node_sites(config)}
        problems = [f"{site} is missing" for site in widths if site not in self.values]
        for site, value in self.values.items():
            if site not in widths:
                problems.append(f"{site} is no site of this model")
            elif value.shape != (widths[site],):
                problems.append(f"{site} has shape {list(value.shape)}, expected [{widths[site]}]")
            elif not value.isfinite().all():
                problems.append(f"{site} holds NaN or infinity")
        if problems:
            raise ValueError(
                f"the node means do not fit the model: {'; '.join(problems)}; compute them again "
                "with this model"
            )

    def save(self, path: str | Path) -> None:
        """Write a safetensors file; an existing one is replaced in one step."""
        path = Path(path)
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        source = json.dumps({"corpus_digest": self.corpus_digest, "tokens": self.tokens})
        try:
            save_file(
                {site: value.contiguous() for site, value in self.values.items()},
                str(partial),
                {"node_means": source},
            )
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | Path) -> NodeMeans:
        """Read what `save` wrote.

        Raises:
            ValueError: the file is missing, damaged or not of this form.
        """
        try:
            with safe_open(str(path), framework="pt") as file:
                metadata = file.metadata() or {}
                values = {site: file.get_tensor(site).float() for site in file.keys()}  # noqa: SIM118
            source = json.loads(metadata["node_means"])
            return cls(values, str(source["corpus_digest"]), int(source["tokens"]))
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"cannot read node means from {str(path)!r} ({error}): expected a safetensors file "
                "with corpus_digest and tokens in its metadata; compute the means again"
            ) from error


@torch.no_grad()
def compute_node_means(
    model: SparseTransformer,
    token_batches: Iterable[Tensor],
    corpus_digest: str,
    on_progress: Callable[[int], None] | None = None,
) -> NodeMeans:
    """Mean of every node over tokens, all positions alike, summed in float64.

    Args:
        model: the whole model; nothing is ablated.
        token_batches: [batch, pos] each, packed as in training, without padding; take
            `RECOMMENDED_TOKENS` or more in all. Every token counts once.
        corpus_digest: names the corpus that the batches were drawn from.
        on_progress: told the number of tokens counted so far, after every batch.

    Raises:
        ValueError: there are no tokens, or an activation is not finite.
    """
    sums = {
        site.name: torch.zeros(site.width(model.config), dtype=torch.float64)
        for site in node_sites(model.config)
    }

    def add_to(total: Tensor) -> Replacement:
        def hook(value: Tensor) -> Tensor:  # [batch, pos, width]
            total.add_(value.sum(dim=(0, 1), dtype=torch.float64).cpu())
            return value

        return hook

    tokens = 0
    # Summing within the pass, unlike `record`, never holds the activations of all sites at once.
    with replace(model, {site: add_to(total) for site, total in sums.items()}):
        for batch in token_batches:
            model(batch)
            tokens += batch.numel()
            if on_progress is not None:
                on_progress(tokens)
    if tokens == 0:
        raise ValueError("no tokens to take node means over: give at least one batch [batch, pos]")
    means = NodeMeans(
        {site: (total / tokens).float() for site, total in sums.items()}, corpus_digest, tokens
    )
    means.check(model.config)
    return means
