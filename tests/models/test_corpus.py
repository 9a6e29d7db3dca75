"""The corpus: valid, repeatable, split without overlap."""

import ast
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from models.corpus import (
    CorpusConfig,
    CorpusError,
    CorpusSplit,
    GrammarError,
    SourceError,
    corpus_digest,
    corpus_documents,
    generated_documents,
    python_files,
    split_of_file,
)
from models.corpus.grammar import Grammar, compile_template
from models.corpus.sources import MIN_PIECE, top_level_pieces

BODY = "".join(f"def function_{number}(x):\n    return x + {number}\n" for number in range(100))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with a file for every rule."""
    for number in range(40):
        (tmp_path / f"module_{number}.py").write_text(f"# {number}\n" + BODY)
    for name in ("tests", "site-packages"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "skipped.py").write_text("x = 1\n")
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    (tmp_path / "empty.py").write_text("")
    return tmp_path


def test_generated_programs_are_valid_python() -> None:
    for document in generated_documents(1, 1000):
        # `return True` and `break` stand inside their blocks, so every program compiles.
        compile(ast.parse(document), "generated", "exec")


def test_a_seed_gives_the_same_programs_and_another_seed_others() -> None:
    first = list(generated_documents(3, 200))
    assert first == list(generated_documents(3, 200))
    assert not set(first) & set(generated_documents(4, 200))


def test_both_quotes_are_equally_frequent() -> None:
    text = "".join(generated_documents(2, 3000))
    single, double = text.count("print('"), text.count('print("')
    assert 0.9 < single / double < 1.1


def test_sources_skip_tests_installed_packages_and_undecodable_files(tree: Path) -> None:
    paths = [path for path, _ in python_files([tree])]
    assert len(paths) == 40
    assert paths == sorted(paths)
    assert all(path.startswith("module_") for path in paths)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="absent' is not a folder"):
        list(python_files([tmp_path / "absent"]))


def test_the_standard_library_is_the_default() -> None:
    path, text = next(iter(python_files()))
    assert path.endswith(".py")
    assert text


def test_pieces_join_to_the_file_and_begin_at_definitions() -> None:
    pieces = list(top_level_pieces(BODY))
    assert "".join(pieces) == BODY
    assert len(pieces) > 1
    assert all(piece.startswith("def ") for piece in pieces)
    assert all(len(piece) >= MIN_PIECE for piece in pieces[:-1])


def test_the_mixture_keeps_its_shares(tree: Path) -> None:
    config = CorpusConfig(generated_documents=300, folders=(str(tree),), held_out_fraction=0.2)
    generated = sum(len(document) for document in generated_documents(0, 300))
    total = sum(len(document) for document in corpus_documents(config))
    assert generated / total == pytest.approx(0.9, abs=0.05)


def test_splits_share_no_document(tree: Path) -> None:
    config = CorpusConfig(
        generated_documents=200,
        generated_fraction=0.2,
        folders=(str(tree),),
        held_out_fraction=0.3,
    )
    train = set(corpus_documents(config, CorpusSplit.TRAIN))
    held_out = set(corpus_documents(config, "held_out"))
    comments = {text.split("\n")[0] for text in train if text.startswith("#")}
    held_comments = {text.split("\n")[0] for text in held_out if text.startswith("#")}
    assert comments
    assert held_comments
    assert not comments & held_comments
    generated = {text for text in train if "function_" not in text}
    assert not generated & held_out


def test_files_are_split_by_path_alone() -> None:
    splits = [split_of_file(f"package/module_{number}.py", 0.25) for number in range(400)]
    assert 60 < splits.count(CorpusSplit.HELD_OUT) < 140
    assert splits[0] is split_of_file("package/module_0.py", 0.25)


def test_the_digest_follows_what_the_documents_depend_on(tree: Path) -> None:
    config = CorpusConfig(folders=(str(tree),))
    digest = corpus_digest(config)
    assert digest == corpus_digest(config)
    assert digest != corpus_digest(replace(config, seed=1))
    (tree / "module_0.py").write_text("x = 2\n")
    assert digest != corpus_digest(config)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("generated_documents", 0),
        ("generated_fraction", 0.0),
        ("generated_fraction", 1.1),
        ("held_out_fraction", 0.0),
        ("held_out_fraction", 1.0),
    ],
)
def test_numbers_out_of_range_are_named(field: str, value: Any) -> None:
    with pytest.raises(CorpusError, match=f"{field} is {value}"):
        CorpusConfig(**{field: value})


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(CorpusError, match="unknown corpus split 'dev': use one of train, held_out"):
        next(corpus_documents(CorpusConfig(), "dev"))


def test_labels_tie_slots_together_and_keep_others_apart() -> None:
    grammar = Grammar({"name": ["a", "b", "c"], "pair": ["<name.x>+<name.x>"]})
    template = compile_template("<name.x> <name.y> <name.x> <q><pair><q>")
    for seed in range(50):
        first, second, again, pair = grammar.fill(template, Random(seed), "'").split(" ")
        assert first == again != second
        assert pair[0] == pair[-1] == "'"
        assert pair[1] == pair[3]


def test_grammar_errors_name_the_kind() -> None:
    with pytest.raises(GrammarError, match="unknown kind 'noun'"):
        Grammar({"phrase": ["the <noun>"]})
    with pytest.raises(GrammarError, match="'name' has no alternatives"):
        Grammar({"name": []})
    grammar = Grammar({"name": ["a"]})
    with pytest.raises(GrammarError, match="too few alternatives"):
        grammar.fill(compile_template("<name.x> <name.y>"), Random(0), "'")
