"""The corpus: generated programs mixed with real files, in a training and a held-out part."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from random import Random

from models.corpus.generator import generated_documents, generator_digest
from models.corpus.sources import python_files, top_level_pieces


class CorpusError(ValueError):
    """A corpus configuration that makes no sense."""


class CorpusSplit(StrEnum):
    """Parts of the corpus; they share neither a generator seed nor a source file."""

    TRAIN = "train"
    HELD_OUT = "held_out"


@dataclass(frozen=True)
class CorpusConfig:
    """What the corpus is made of.

    Attributes:
        generated_documents: number of generated programs in the training split.
        generated_fraction: generated share of the characters; the rest is real code. Real code
            that runs out is not repeated.
        folders: source trees of real code; none means the running Python's standard library.
        seed: of the generator and of the order of real code.
        held_out_fraction: share of generated programs (in number) and of files held out.

    Raises:
        CorpusError: a number is out of its range.
    """

    generated_documents: int = 160_000
    generated_fraction: float = 0.9
    folders: tuple[str, ...] = ()
    seed: int = 0
    held_out_fraction: float = 0.02

    def __post_init__(self) -> None:
        if self.generated_documents < 1:
            raise CorpusError(
                f"generated_documents is {self.generated_documents}; it must be at least 1"
            )
        if not 0 < self.generated_fraction <= 1:
            raise CorpusError(
                f"generated_fraction is {self.generated_fraction}; it must be above 0 and at most "
                "1, as in 0.9"
            )
        if not 0 < self.held_out_fraction < 1:
            raise CorpusError(
                f"held_out_fraction is {self.held_out_fraction}; it must lie between 0 and 1, "
                "as in 0.02"
            )


def split_of_file(path: str, held_out_fraction: float) -> CorpusSplit:
    """The split of a source file, by a hash of its path relative to its tree."""
    number = int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "big")
    return CorpusSplit.HELD_OUT if number < held_out_fraction * 2**64 else CorpusSplit.TRAIN


def corpus_documents(
    config: CorpusConfig, split: CorpusSplit | str = CorpusSplit.TRAIN
) -> Iterator[str]:
    """The documents of a split, generated and real ones interleaved to keep their shares by size.

    Raises:
        CorpusError: unknown split.
        SourceError: a folder of the configuration does not exist.
    """
    chosen = _split(split)
    count = config.generated_documents
    if chosen is CorpusSplit.HELD_OUT:
        count = max(1, round(count * config.held_out_fraction))
    # Even seeds for training, odd ones for the held-out part: they never meet.
    seed = 2 * config.seed + (chosen is CorpusSplit.HELD_OUT)
    pieces = iter(_source_pieces(config, chosen) if config.generated_fraction < 1 else [])
    real_per_generated = 1 / config.generated_fraction - 1
    owed = 0.0  # characters of real code that are due
    for document in generated_documents(seed, count):
        yield document
        owed += len(document) * real_per_generated
        while owed > 0:
            piece = next(pieces, None)
            if piece is None:
                break
            owed -= len(piece)
            yield piece


def corpus_digest(config: CorpusConfig) -> str:
    """SHA-256 (hex) of everything the documents depend on: configuration, generator, real files."""
    digest = hashlib.sha256(repr(sorted(asdict(config).items())).encode())
    digest.update(generator_digest().encode())
    digest.update(platform.python_version().encode())
    if config.generated_fraction < 1:
        for path, text in python_files(config.folders):
            digest.update(f"{path}\0{hashlib.sha256(text.encode()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _split(split: CorpusSplit | str) -> CorpusSplit:
    try:
        return CorpusSplit(split)
    except ValueError:
        known = ", ".join(CorpusSplit)
        raise CorpusError(f"unknown corpus split {split!r}: use one of {known}") from None


def _source_pieces(config: CorpusConfig, split: CorpusSplit) -> list[str]:
    pieces = [
        piece
        for path, text in python_files(config.folders)
        if split_of_file(path, config.held_out_fraction) is split
        for piece in top_level_pieces(text)
    ]
    Random(f"order of real code {config.seed}").shuffle(pieces)
    return pieces
