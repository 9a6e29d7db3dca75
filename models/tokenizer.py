"""The tokenizer of every checkpoint, ours or foreign.

Ours is byte-level BPE: text is cut by the split pattern of tinypython_2k (Gao et al. 2025; the
pattern of OpenAI's `circuit_sparsity` tools), each piece is spelt in bytes and merged by learned
rules. Note that the pattern glues line ends to the punctuation before them: `')` and a newline are
one piece. Foreign ones may be of any kind that the `tokenizers` library reads.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from tokenizers import AddedToken, Regex, decoders, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as BackendTokenizer

END_OF_TEXT = "<|endoftext|>"
SPLIT_PATTERN = (
    r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
"""How GPT-2 cuts text."""
ENDS_OF_TEXT = (END_OF_TEXT, "<|end_of_text|>", "[EOS]", "</s>", "<eos>")
"""What the token between documents is called, where a tokenizer does not say."""
BYTE_VALUES = 256
_WORD_START = "\u2581"
"""Stands for a space in pieces of SentencePiece."""


class TokenizerError(ValueError):
    """A text, file or size that the tokenizer cannot use."""


def _byte_of_character() -> dict[str, int]:
    """The printable stand-in character of each byte, as in GPT-2's `bytes_to_unicode`."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(byte): byte for byte in printable}
    others = [byte for byte in range(BYTE_VALUES) if byte not in set(printable)]
    table.update({chr(0x100 + offset): byte for offset, byte in enumerate(others)})
    return table


_BYTE_OF_CHARACTER = _byte_of_character()


def _byte_level(model: models.BPE, pattern: str = SPLIT_PATTERN) -> BackendTokenizer:
    backend = BackendTokenizer(model)
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    return backend


class Tokenizer:
    """A tokenizer of the `tokenizers` library, with one token that separates documents."""

    def __init__(self, backend: BackendTokenizer, end_of_text: str | None = None) -> None:
        """Wrap a backend.

        Args:
            backend: whose vocabulary holds the end of text.
            end_of_text: what it is called there; None takes the first of `ENDS_OF_TEXT` there is.

        Raises:
            TokenizerError: the vocabulary has no end of text.
        """
        names = ENDS_OF_TEXT if end_of_text is None else (end_of_text,)
        ids = {name: backend.token_to_id(name) for name in names}
        there = [(name, token) for name, token in ids.items() if token is not None]
        if not there:
            raise TokenizerError(
                f"vocabulary of {backend.get_vocab_size()} tokens has no "
                f"{' nor '.join(map(repr, names))}; documents are separated by it: add it to the "
                "tokenizer file, or name the token that separates them as eos_token in a "
                "tokenizer_config.json beside it"
            )
        # Text is data: the special token's spelling in it must not become the special token.
        backend.encode_special_tokens = True
        backend.no_truncation()
        backend.no_padding()
        self._backend = backend
        self._end_name, self.end_of_text = there[0]
        self._is_byte_level = "ByteLevel" in repr(backend.decoder)
        self._bytes: dict[int, bytes] = {}

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int) -> Tokenizer:
        """Learn merges from texts until there are `vocab_size` tokens, end of text (id 0) included.

        Raises:
            TokenizerError: `vocab_size` leaves no room for the 256 bytes and the end of text.
        """
        if vocab_size <= BYTE_VALUES:
            raise TokenizerError(
                f"vocab_size {vocab_size} is too small: 256 bytes and {END_OF_TEXT} need at least "
                f"{BYTE_VALUES + 1}"
            )
        backend = _byte_level(models.BPE())
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=[END_OF_TEXT],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        backend.train_from_iterator(texts, trainer=trainer)
        return cls(backend)

    @classmethod
    def load(cls, path: str | Path, end_of_text: str | None = None) -> Tokenizer:
        """Read a `tokenizer.json`.

        Args:
            path: the file.
            end_of_text: what the token between documents is called, if it is known.

        Raises:
            TokenizerError: no such file, or the library cannot read it.
        """
        if not Path(path).is_file():
            raise TokenizerError(f"no tokenizer file at {str(path)!r}: give a tokenizer.json")
        try:
            backend = BackendTokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise TokenizerError(
                f"cannot read {str(path)!r} as a tokenizer.json of the tokenizers library: {error}"
            ) from error
        try:
            return cls(backend, end_of_text)
        except TokenizerError as error:
            raise TokenizerError(f"{str(path)!r}: {error}") from error

    @classmethod
    def from_gpt2_files(
        cls, encoder_json: str | Path, vocab_bpe: str | Path, pattern: str = SPLIT_PATTERN
    ) -> Tokenizer:
        """Read GPT-2 style files (tinypython_2k): token to id, and merges in order.

        The end of text takes its id from the files, or the first free id when they leave it out
        (2047 for tinypython_2k).

        Args:
            encoder_json: token to id.
            vocab_bpe: merges.
            pattern: how text is cut; tinypython's.

        Raises:
            TokenizerError: a file is missing or is not of that form.
        """
        try:
            vocabulary = json.loads(Path(encoder_json).read_text(encoding="utf-8"))
            lines = Path(vocab_bpe).read_text(encoding="utf-8").splitlines()
            merges = [
                (left, right)
                for line in lines
                if line.strip() and not line.startswith("#version")
                for left, right in [line.split(" ")]
            ]
            backend = _byte_level(models.BPE(vocab=vocabulary, merges=merges), pattern)
        except Exception as error:  # OSError, ValueError, or the library's bare Exception
            raise TokenizerError(
                f"cannot build a tokenizer from {str(encoder_json)!r} and {str(vocab_bpe)!r}: "
                f"{error}; expected a JSON object of token to id and lines of two merged pieces"
            ) from error
        backend.add_special_tokens([AddedToken(END_OF_TEXT, special=True)])
        return cls(backend)

    def save(self, path: str | Path) -> None:
        """Write a `tokenizer.json`."""
        self._backend.save(str(path))

    @cached_property
    def digest(self) -> str:
        """sha256 (hex) over vocabulary, merges and rules: equal tokenizers have the same."""
        return hashlib.sha256(self._backend.to_str().encode()).hexdigest()

    @cached_property
    def vocab_size(self) -> int:
        """Number of tokens, end of text included: one more than the largest id."""
        return 1 + max(self._backend.get_vocab(with_added_tokens=True).values())

    @property
    def kind(self) -> str:
        """The algorithm, as the library names it: BPE, WordPiece, Unigram or WordLevel."""
        return type(self._backend.model).__name__

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """Token ids of a text; nothing is added.

        The end of text (`<|endoftext|>`, or what this tokenizer calls it) is spelt out like any
        text, unless `allow_special`.
        """
        if not allow_special:
            return list(self._backend.encode(text, add_special_tokens=False).ids)
        ids: list[int] = []
        for number, part in enumerate(text.split(self._end_name)):
            if number:
                ids.append(self.end_of_text)
            ids.extend(self.encode(part))
        return ids

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, as `encode` would give them, in parallel."""
        encodings = self._backend.encode_batch(list(texts), add_special_tokens=False)
        return [list(encoding.ids) for encoding in encodings]

    def decode(self, ids: Sequence[int]) -> str:
        """Text of token ids; the end of text is spelt out, broken UTF-8 becomes U+FFFD.

        Raises:
            TokenizerError: an id is outside the vocabulary.
        """
        pieces = [self._token_bytes(token) for token in ids]
        if self._is_byte_level:
            return b"".join(pieces).decode("utf-8", "replace")
        return str(self._backend.decode(list(ids), skip_special_tokens=False))

    def token_text(self, token: int) -> str:
        r"""Display text of one token; bytes that are not valid UTF-8 are shown as \xNN.

        Raises:
            TokenizerError: the id is outside the vocabulary.
        """
        return self._token_bytes(token).decode("utf-8", "backslashreplace")

    def single(self, text: str) -> int:
        """The id of a text that is one token.

        Raises:
            TokenizerError: the text is not exactly one token; its pieces are named.
        """
        ids = self.encode(text)
        if len(ids) != 1:
            pieces = [self.token_text(token) for token in ids]
            raise TokenizerError(
                f"{text!r} is {len(ids)} tokens here, {pieces}; it must be one: choose another "
                "text or a vocabulary that holds it"
            )
        return ids[0]

    def _token_bytes(self, token: int) -> bytes:
        known = self._bytes.get(token)
        if known is not None:
            return known
        # The backend takes unsigned ids only; a negative one would be an OverflowError.
        piece = self._backend.id_to_token(token) if token >= 0 else None
        if piece is None:
            raise TokenizerError(
                f"token id {token} is outside the vocabulary: use 0 to {self.vocab_size - 1}"
            )
        self._bytes[token] = spelt = self._spell(piece)
        return spelt

    def _spell(self, piece: str) -> bytes:
        """A piece of the vocabulary as text; special tokens stand for themselves."""
        if self._is_byte_level and all(character in _BYTE_OF_CHARACTER for character in piece):
            return bytes(_BYTE_OF_CHARACTER[character] for character in piece)
        return piece.replace(_WORD_START, " ").encode()
