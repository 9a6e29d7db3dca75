"""What models with planted circuits share: words, distractors, and the bench they are tried on.

A planted model is random all over, then a circuit is written into it by hand. Distractors live
among themselves at full strength, read the circuit as they like, and write to it only faintly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from tokenizers import Tokenizer as BackendTokenizer
from tokenizers import models, pre_tokenizers
from torch import Tensor

from backend.circuits import MeanValues, NodeSet, evaluate
from backend.circuits.edges import circuit_alone
from models.checkpoints import Checkpoint, model_digest
from models.config import Activation, ModelConfig
from models.means import compute_node_means
from models.sites import Edge, NodeSite, SiteKind
from models.tokenizer import END_OF_TEXT, Tokenizer
from models.transformer import Block, SparseTransformer
from tasks import Batch, Split, Task
from tasks.templates import PairTemplate

WORDS = tuple("abcdefghijklmnopqrstuvwx")
ONE = 0
"""Residual channel that every token writes alike, so that norms are nearly constant."""
FIRST_FREE = 14
"""Residual channels from here on belong to the distractors."""
STRENGTH = 0.3
"""Standard deviation of a distractor's weights, of which `SHARE` are not zero."""
SHARE = 0.3
FAINT = 0.05
"""Factor on the weights by which distractors write to a circuit."""
TARGET = 0.15
PAIRS = 24


@dataclass(frozen=True)
class Copy:
    """One circuit that does the task alone.

    Attributes:
        nodes: names of its true nodes.
        edges: its true edges.
    """

    nodes: tuple[str, ...]
    edges: frozenset[Edge]


@dataclass(frozen=True)
class Known:
    """A checkpoint with one or more planted circuits for a task.

    Attributes:
        checkpoint: in memory only.
        task: its behaviour.
        copies: the planted circuits; no node is in two of them.
    """

    checkpoint: Checkpoint
    task: Task
    copies: tuple[Copy, ...]

    def nodes(self, *copies: int) -> NodeSet:
        """The true nodes of some copies."""
        names = [name for copy in copies for name in self.copies[copy].nodes]
        return NodeSet.of(self.checkpoint.config, names)

    @property
    def values(self) -> MeanValues:
        """Mean ablation."""
        assert self.checkpoint.node_means is not None
        return MeanValues(self.checkpoint.node_means)

    @cached_property
    def batch(self) -> Batch:
        """Validation pairs."""
        assert self.checkpoint.tokenizer is not None
        return self.task.batch(self.checkpoint.tokenizer, Split.VALIDATION, PAIRS)

    def loss(self, kept: NodeSet, dropped: Iterable[Edge] = ()) -> float:
        """Task loss, nats, of some nodes alone, less some edges between them."""
        intervention = circuit_alone(kept, self.values, frozenset(dropped))
        return evaluate(self.checkpoint.model, self.batch, intervention).task_loss


def word_tokenizer(symbols: Iterable[str]) -> Tokenizer:
    """One token for each symbol and each of `WORDS`; text is cut at spaces."""
    vocabulary = {text: i for i, text in enumerate([END_OF_TEXT, *symbols, *WORDS])}
    backend = BackendTokenizer(models.WordLevel(vocabulary, unk_token=END_OF_TEXT))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return Tokenizer(backend)


def word_task(
    name: str, answers: tuple[str, str], slot: str, decide: tuple[str, str], prompts: list[str]
) -> Task:
    """A task of prompts in which `<word.x>` is one of `WORDS`; splits differ in the words only."""
    templates = tuple(
        PairTemplate(prompt, (f" {answers[0]}", f" {answers[1]}"), {slot: decide}, {"word": WORDS})
        for prompt in prompts
    )
    return Task(
        name=name,
        title=name,
        summary="",
        decides="",
        answers=answers,
        symmetric=False,
        split_templates=dict.fromkeys(Split, templates),
    )


def words(labels: str) -> str:
    """Slots of different words, one a label."""
    return " ".join(f"<word.{label}>" for label in labels)


def distractors(
    tokenizer: Tokenizer, seed: int, topk: float | None = None, sink: bool = False
) -> SparseTransformer:
    """A random model whose tokens write to the distractors' channels, and 16 to `ONE`."""
    config = ModelConfig(
        vocab_size=tokenizer.vocab_size,
        n_ctx=16,
        n_layer=2,
        d_model=32,
        n_head=4,
        d_head=4,
        d_mlp=96,
        activation=Activation.RELU,
        abs_topk_fraction=topk,
        attention_sink=sink,
    )
    model = SparseTransformer(config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name or name == "logit_bias":
                continue
            noise = torch.randn(parameter.shape, generator=generator)
            keep = torch.rand(parameter.shape, generator=generator) < SHARE
            parameter.copy_(torch.where(keep, STRENGTH * noise, 0))
        model.embedding.weight.mul_(2)
        model.embedding.weight[:, :FIRST_FREE] = 0
        model.embedding.weight[:, ONE] = 16.0
    return model.requires_grad_(False)


def block(model: SparseTransformer, layer: int) -> Block:
    """A layer's block."""
    found = model.blocks[layer]
    assert isinstance(found, Block)
    return found


def hush(model: SparseTransformer, nodes: Iterable[str]) -> None:
    """Make the weights into nodes faint."""
    for name in nodes:
        for weight, bias in _into(model, name):
            weight.mul_(FAINT)
            bias.mul_(FAINT)


def _into(model: SparseTransformer, name: str) -> list[tuple[Tensor, Tensor]]:
    """Rows of weights and biases that write to a node; to a residual channel, of both layers."""
    site, _, index = name.rpartition(".")
    layer, kind, row = NodeSite.parse(site).layer, NodeSite.parse(site).kind, int(index)
    attn, mlp = block(model, layer).attn, block(model, layer).mlp
    match kind:
        case SiteKind.Q | SiteKind.K | SiteKind.V:
            row += (SiteKind.Q, SiteKind.K, SiteKind.V).index(kind) * model.config.d_attn
            maps = [attn.qkv]
        case SiteKind.NEURON:
            maps = [mlp.up]
        case _:
            blocks = [block(model, layer) for layer in range(model.config.n_layer)]
            maps = [part for each in blocks for part in (each.attn.out, each.mlp.down)]
    return [(each.weight[row], each.bias[row]) for each in maps]


def connect(model: SparseTransformer, weights: dict[str, float]) -> frozenset[Edge]:
    """Set weights by the names of their edges."""
    edges = [Edge.parse(name, model.config) for name in weights]
    for edge, weight in zip(edges, weights.values(), strict=True):
        matrix = model.edge_weight(edge.source.site, edge.target.site)
        matrix[edge.target.index, edge.source.index] = weight
    return frozenset(edges)


def random_tokens(config: ModelConfig) -> Tensor:
    """[2112, n_ctx]: text that says nothing, for node means (2048 rows) and held-out text."""
    generator = torch.Generator().manual_seed(1)
    return torch.randint(config.vocab_size, (2112, config.n_ctx), generator=generator)


def opened(name: str, model: SparseTransformer, tokenizer: Tokenizer) -> Checkpoint:
    """A checkpoint of the model, its node means and held-out text over random tokens."""
    tokens = random_tokens(model.config)
    return Checkpoint(
        name=name,
        path=Path(name),
        format="planted",
        model=model.eval(),
        tokenizer=tokenizer,
        config=model.config,
        node_means=compute_node_means(model, [tokens[:2048]], "random tokens"),
        held_out=tokens[2048:],
        digest=model_digest(model),
        card={},
    )
