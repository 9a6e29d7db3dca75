"""Whose tokenizer a foreign checkpoint gets, and what becomes of a wrong one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer as BackendTokenizer
from tokenizers import decoders, models, normalizers, pre_tokenizers

from models.checkpoints import load_checkpoint, tokenizer_files
from models.checkpoints.errors import CheckpointError
from models.checkpoints.tokenizers import PADDING
from models.tokenizer import END_OF_TEXT, Tokenizer
from tests.models import test_checkpoints_openai as openai
from tests.models import test_checkpoints_sparse_pretrain as sparse_pretrain

TEXT = "don't {print}\n"


def byte_letters() -> list[str]:
    """The stand-ins of the 256 bytes, in GPT-2's files."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    return [chr(code) for code in printable] + [chr(0x100 + n) for n in range(68)]


def write_gpt2(home: Path, names: tuple[str, str], *more: str) -> None:
    """Bytes, two merges and some more tokens, in the two files of GPT-2."""
    home.mkdir(parents=True)
    pieces = [*byte_letters(), "nt", "in", *more]
    (home / names[0]).write_text(json.dumps({piece: n for n, piece in enumerate(pieces)}))
    (home / names[1]).write_text("#version: 0.2\nn t\ni n\n")


def write_ours(home: Path) -> Tokenizer:
    home.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.train([TEXT] * 3, 260)
    tokenizer.save(home / "tokenizer.json")
    return tokenizer


def words() -> BackendTokenizer:
    """WordPiece, lower case, with its own end of text: as SimpleStories has it."""
    pieces = ["[UNK]", "[EOS]", "the", "dog", "##s", "bark"]
    backend = BackendTokenizer(
        models.WordPiece({piece: n for n, piece in enumerate(pieces)}, unk_token="[UNK]")
    )
    backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.decoder = decoders.WordPiece()
    return backend


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sparse_pretrain checkpoint of 260 tokens that names a tokenizer."""
    model = sparse_pretrain.without_logit_bias(vocab_size=260)
    folder = sparse_pretrain.write(tmp_path / "zoo" / "small", *sparse_pretrain.exported(model))
    sparse_pretrain.resave(folder, "training_config", tokenizer_name="owner/letters")
    return folder


def found(folder: Path, *others: Path) -> Tokenizer | None:
    checkpoint = load_checkpoint(folder, others)
    assert checkpoint.tokenizer_name == "owner/letters"
    return checkpoint.tokenizer


@pytest.mark.parametrize(
    "place",
    [
        "zoo/small",
        "zoo/small/tokenizer",
        "zoo/small/letters",
        "zoo/letters",
        "homes/owner/letters",
        "homes/letters",
    ],
)
def test_where_a_tokenizer_is_found(folder: Path, tmp_path: Path, place: str) -> None:
    homes = tmp_path / "homes"
    assert found(folder, homes) is None
    assert tokenizer_files(folder, [homes]) == []
    wanted = write_ours(tmp_path / place)
    tokenizer = found(folder, homes)
    assert tokenizer is not None
    assert tokenizer.encode(TEXT) == wanted.encode(TEXT)
    if place not in ("zoo/small", "zoo/letters"):
        assert tokenizer_files(folder, [homes]) == [tmp_path / place / "tokenizer.json"]


def test_another_tokenizer_beside_it_is_not_taken(folder: Path, tmp_path: Path) -> None:
    write_ours(tmp_path / "zoo" / "others")
    assert found(folder) is None


@pytest.mark.parametrize("name", ["none", ""])
def test_no_name_is_none(folder: Path, tmp_path: Path, name: str) -> None:
    sparse_pretrain.resave(folder, "training_config", tokenizer_name=name)
    write_ours(tmp_path / "zoo" / "none")
    checkpoint = load_checkpoint(folder)
    assert (checkpoint.tokenizer, checkpoint.tokenizer_name) == (None, None)


def test_tinypython_lies_in_a_folder_of_the_settings(tmp_path: Path) -> None:
    model = openai.small_model(positions="add", vocab_size=259)
    folder = openai.write(tmp_path / "zoo" / "csp", *openai.exported(model))
    write_gpt2(tmp_path / "homes" / "tinypython", ("encoder.json", "vocab.bpe"))
    tokenizer = load_checkpoint(folder, [tmp_path / "homes"]).tokenizer
    assert tokenizer is not None
    assert (tokenizer.vocab_size, tokenizer.end_of_text) == (259, 258)
    assert len(tokenizer.encode("')\n")) == 3, "bytes: there are no merges of these"
    pieces = [tokenizer.token_text(token) for token in tokenizer.encode("don't (print")]
    assert pieces == ["d", "o", "n", "'", "t", " ", "(", "p", "r", "i", "nt"]


def test_gpt2_files_are_cut_as_gpt2_cuts(folder: Path) -> None:
    write_gpt2(folder / "letters", ("vocab.json", "merges.txt"), END_OF_TEXT)
    tokenizer = found(folder)
    assert tokenizer is not None
    assert tokenizer.vocab_size == 259
    assert tokenizer.decode(tokenizer.encode(TEXT)) == TEXT
    assert tokenizer._backend.pre_tokenizer is not None
    spans = tokenizer._backend.pre_tokenizer.pre_tokenize_str("don't (print)")
    assert [piece for piece, _ in spans] == ["don", "'t", "Ġ(", "print", ")"]


@pytest.mark.parametrize(
    "settings", [{"eos_token": "bark"}, {"eos_token": {"content": "bark", "special": True}}]
)
def test_the_end_of_text_is_named_beside_a_tokenizer(
    folder: Path, settings: dict[str, Any]
) -> None:
    home = folder / "letters"
    write_gpt2(home, ("vocab.json", "merges.txt"), "bark")
    Tokenizer.from_gpt2_files(home / "vocab.json", home / "merges.txt").save(
        home / "tokenizer.json"
    )
    (home / "tokenizer_config.json").write_text(json.dumps(settings))
    tokenizer = found(folder)
    assert tokenizer is not None
    assert tokenizer.end_of_text == 258
    assert tokenizer.encode("abarkb", allow_special=True) == [
        *tokenizer.encode("a"),
        258,
        *tokenizer.encode("b"),
    ]


def test_word_pieces(tmp_path: Path) -> None:
    words().save(str(tmp_path / "tokenizer.json"))
    tokenizer = Tokenizer.load(tmp_path / "tokenizer.json")
    assert (tokenizer.kind, tokenizer.vocab_size, tokenizer.end_of_text) == ("WordPiece", 6, 1)
    ids = tokenizer.encode("The dogs bark")
    assert [tokenizer.token_text(token) for token in ids] == ["the", "dog", "##s", "bark"]
    assert tokenizer.decode(ids) == "the dogs bark"
    assert tokenizer.token_text(tokenizer.end_of_text) == "[EOS]"


def test_sentence_pieces_show_their_spaces() -> None:
    pieces = [("<unk>", 0.0), ("</s>", 0.0), ("\u2581the", -1.0), ("\u2581dog", -1.0), ("s", -2.0)]
    backend = BackendTokenizer(models.Unigram(pieces, 0, byte_fallback=False))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    tokenizer = Tokenizer(backend)
    ids = tokenizer.encode("the dogs")
    assert [tokenizer.token_text(token) for token in ids] == [" the", " dog", "s"]
    assert tokenizer.decode(ids) == "the dogs"
    assert tokenizer.kind == "Unigram"


def test_too_many_tokens_for_the_model(folder: Path) -> None:
    write_gpt2(folder / "letters", ("vocab.json", "merges.txt"), "a b", "c d", "e f")
    with pytest.raises(CheckpointError, match="has 262 tokens, the model only 260: each token"):
        load_checkpoint(folder)


@pytest.mark.parametrize("fits", [True, False])
def test_too_few_tokens_for_the_model(tmp_path: Path, fits: bool) -> None:
    size = 260 + PADDING - (1 if fits else 0)
    model = sparse_pretrain.without_logit_bias(vocab_size=size)
    folder = sparse_pretrain.write(tmp_path / "small", *sparse_pretrain.exported(model))
    write_ours(folder)
    if fits:
        assert load_checkpoint(folder).tokenizer is not None
        return
    with pytest.raises(CheckpointError, match=f"has 260 tokens, the model {size}: a model is"):
        load_checkpoint(folder)


def test_a_tokenizer_without_an_end_of_text(folder: Path) -> None:
    write_gpt2(folder / "x", ("vocab.json", "merges.txt"))
    backend = BackendTokenizer(models.WordLevel({"a": 0}, unk_token="a"))
    backend.save(str(folder / "tokenizer.json"))
    with pytest.raises(
        CheckpointError, match=r"has no '<\|endoftext\|>' nor .*eos_token"
    ) as caught:
        load_checkpoint(folder)
    assert str(folder / "tokenizer.json") in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("tokenizer.json", "{", "tokenizer.json"),
        ("tokenizer_config.json", '{"eos_token": 3}', "has eos_token 3, expected a text"),
        ("tokenizer_config.json", "[]", "holds a JSON list"),
    ],
)
def test_damaged_tokenizers(folder: Path, name: str, content: str, words: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(folder)
    assert words in str(caught.value)


def test_a_tokenizer_of_a_kind_that_cannot_be_read_is_warned_of(folder: Path) -> None:
    (folder / "tokenizer.model").write_bytes(b"sentencepiece")
    with pytest.warns(UserWarning, match=r"has tokenizer\.model but no tokenizer\.json.*save_pre"):
        assert load_checkpoint(folder).tokenizer is None
