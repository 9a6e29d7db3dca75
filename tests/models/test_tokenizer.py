"""The tokenizer: what is cut where, and that user text stays data."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import pre_tokenizers

from models.corpus import generated_documents
from models.tokenizer import END_OF_TEXT, Tokenizer, TokenizerError

TOKENIZER = Tokenizer.train(generated_documents(0, 2000), 600)


def test_training_gives_the_vocabulary_asked_for() -> None:
    assert TOKENIZER.vocab_size == 600
    assert TOKENIZER.end_of_text == 0
    assert TOKENIZER.token_text(TOKENIZER.end_of_text) == END_OF_TEXT


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_survives_encoding(text: str) -> None:
    ids = TOKENIZER.encode(text)
    assert TOKENIZER.decode(ids) == text
    assert TOKENIZER.end_of_text not in ids
    assert TOKENIZER.encode_batch([text, "x"]) == [ids, TOKENIZER.encode("x")]


@given(st.lists(st.integers(0, 599), max_size=20))
def test_any_tokens_have_text(ids: list[int]) -> None:
    assert isinstance(TOKENIZER.decode(ids), str)
    assert all(TOKENIZER.token_text(token) for token in ids)


def test_the_spelling_of_the_special_token_is_text_unless_asked_for() -> None:
    text = f"a{END_OF_TEXT}b"
    assert TOKENIZER.end_of_text not in TOKENIZER.encode(text)
    assert TOKENIZER.encode(text, allow_special=True) == [
        TOKENIZER.single("a"),
        TOKENIZER.end_of_text,
        TOKENIZER.single("b"),
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("print('hi')\n", ["print", "('", "hi", "')\n"]),
        ("x = [[1, 2]]\n", ["x", " =", " [[", "1", ",", " ", "2", "]]\n"]),
        ("def f(x):\n    y", ["def", " f", "(x", "):\n", "   ", " y"]),
        ("12345", ["123", "45"]),
    ],
)
def test_text_is_cut_by_the_pattern_of_tinypython(text: str, pieces: list[str]) -> None:
    cutter = TOKENIZER._backend.pre_tokenizer
    assert isinstance(cutter, pre_tokenizers.PreTokenizer)
    spans = [span for _, span in cutter.pre_tokenize_str(text)]
    assert [text[start:end] for start, end in spans] == pieces


def test_broken_bytes_are_shown_as_escapes() -> None:
    first, second = TOKENIZER.encode("é")
    assert TOKENIZER.token_text(first) == "\\xc3"
    assert TOKENIZER.token_text(second) == "\\xa9"
    assert TOKENIZER.decode([first, second]) == "é"


def test_single_names_the_pieces() -> None:
    assert TOKENIZER.decode([TOKENIZER.single(":\n")]) == ":\n"
    with pytest.raises(TokenizerError, match=r"'qzw' is 3 tokens here, \['q', 'z', 'w'\]"):
        TOKENIZER.single("qzw")
    with pytest.raises(TokenizerError, match="'' is 0 tokens"):
        TOKENIZER.single("")


@pytest.mark.parametrize("token", [-1, 600])
def test_ids_outside_the_vocabulary_are_refused(token: int) -> None:
    with pytest.raises(TokenizerError, match=f"{token} is outside the vocabulary: use 0 to 599"):
        TOKENIZER.token_text(token)
    with pytest.raises(TokenizerError, match="outside"):
        TOKENIZER.decode([token])


def test_a_vocabulary_without_room_for_bytes_is_refused() -> None:
    with pytest.raises(TokenizerError, match="vocab_size 256 is too small"):
        Tokenizer.train(["x"], 256)


def test_saved_tokenizers_are_the_same_when_read(tmp_path: Path) -> None:
    TOKENIZER.save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    text = f"def run(x):\n    return '{END_OF_TEXT}'\n"
    assert loaded.encode(text) == TOKENIZER.encode(text)
    assert loaded.vocab_size == TOKENIZER.vocab_size


def test_files_that_are_no_tokenizers_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "tokenizer.json"
    broken.write_text("{}")
    with pytest.raises(TokenizerError, match="cannot read"):
        Tokenizer.load(broken)
    with pytest.raises(TokenizerError, match="no tokenizer file"):
        Tokenizer.load(tmp_path / "absent.json")
    with pytest.raises(TokenizerError, match="cannot build a tokenizer"):
        Tokenizer.from_gpt2_files(broken, tmp_path / "absent.bpe")


@pytest.mark.parametrize("with_special", [False, True])
def test_gpt2_files_give_the_same_tokens(tmp_path: Path, *, with_special: bool) -> None:
    """The files of tinypython_2k leave the end of text out or name it; both are read."""
    model = json.loads(TOKENIZER._backend.to_str())["model"]
    vocabulary = {piece: token - 1 for piece, token in model["vocab"].items()}
    del vocabulary[END_OF_TEXT]
    if with_special:
        vocabulary[END_OF_TEXT] = 599
    (tmp_path / "encoder.json").write_text(json.dumps(vocabulary))
    lines = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    (tmp_path / "vocab.bpe").write_text("\n".join(["#version: 0.2", *lines, ""]))
    read = Tokenizer.from_gpt2_files(tmp_path / "encoder.json", tmp_path / "vocab.bpe")
    assert (read.vocab_size, read.end_of_text) == (600, 599)
    text = f"while True:\n    print('é', {END_OF_TEXT})\n"
    assert read.encode(text) == [token - 1 for token in TOKENIZER.encode(text)]
    assert read.decode(read.encode(text)) == text
