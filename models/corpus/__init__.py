"""Python text to train on: generated simple programs and installed source trees."""

from models.corpus.generator import generated_documents, generator_digest
from models.corpus.grammar import GrammarError
from models.corpus.mixture import (
    CorpusConfig,
    CorpusError,
    CorpusSplit,
    corpus_digest,
    corpus_documents,
    split_of_file,
)
from models.corpus.sources import SourceError, python_files, standard_library

__all__ = [
    "CorpusConfig",
    "CorpusError",
    "CorpusSplit",
    "GrammarError",
    "SourceError",
    "corpus_digest",
    "corpus_documents",
    "generated_documents",
    "generator_digest",
    "python_files",
    "split_of_file",
    "standard_library",
]
