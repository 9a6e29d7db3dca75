"""Byte-level BPE: the one tokenizer of every checkpoint, ours or foreign.

Text is cut by the split pattern of tinypython_2k (Gao et al. 2025; the pattern of OpenAI's
`circuit_sparsity` tools), each piece is spelt in bytes and merged by learned rules. Note that the
pattern glues line ends to the punctuation before them: `')` and a newline are one piece.
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
BYTE_VALUES = 256


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


def _with_our_pieces(model: models.BPE) -> BackendTokenizer:
    backend = BackendTokenizer(model)
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT_PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    return backend


class Tokenizer:
    """Byte-level BPE over the `tokenizers` library, with one special token, the end of text."""

    def __init__(self, backend: BackendTokenizer) -> None:
        """Wrap a backend whose vocabulary holds `<|endoftext|>`.

        Raises:
            TokenizerError: the vocabulary has no end of text.
        """
        end_of_text = backend.token_to_id(END_OF_TEXT)
        if end_of_text is None:
            raise TokenizerError(
                f"vocabulary of {backend.get_vocab_size()} tokens has no {END_OF_TEXT!r}; "
                "documents are separated by it: add it to the tokenizer file"
            )
        # Text is data: the special token's spelling in it must not become the special token.
        backend.encode_special_tokens = True
        backend.no_truncation()
        backend.no_padding()
        self._backend = backend
        self.end_of_text: int = end_of_text
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
        backend = _with_our_pieces(models.BPE())
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=[END_OF_TEXT],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        backend.train_from_iterator(texts, trainer=trainer)
        return cls(backend)

    @classmethod
    def load(cls, path: str | Path) -> Tokenizer:
        """Read a `tokenizer.json`.

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
        return cls(backend)

    @classmethod
    def from_gpt2_files(cls, encoder_json: str | Path, vocab_bpe: str | Path) -> Tokenizer:
        """Read GPT-2 style files (tinypython_2k): token to id, and merges in order.

        The end of text takes its id from the files, or the first free id when they leave it out
        (2047 for tinypython_2k).

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
            backend = _with_our_pieces(models.BPE(vocab=vocabulary, merges=merges))
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

    @property
    def vocab_size(self) -> int:
        """Number of tokens, end of text included."""
        return int(self._backend.get_vocab_size(with_added_tokens=True))

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """Token ids of a text; nothing is added.

        `<|endoftext|>` in the text is spelt out like any text, unless `allow_special`.
        """
        if not allow_special:
            return list(self._backend.encode(text, add_special_tokens=False).ids)
        ids: list[int] = []
        for number, part in enumerate(text.split(END_OF_TEXT)):
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
        return b"".join(self._token_bytes(token) for token in ids).decode("utf-8", "replace")

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
        if token == self.end_of_text:
            spelt = END_OF_TEXT.encode()
        else:
            spelt = bytes(_BYTE_OF_CHARACTER[character] for character in piece)
        self._bytes[token] = spelt
        return spelt
