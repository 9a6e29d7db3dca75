"""The environment, read here and nowhere else.

Every setting is a variable `CIRCUIT_EXPLORER_<NAME>`. Lists are written with commas (`a,b`), lists
of folders as in PATH (`/one:/two`); a JSON array does as well.
"""

import ipaddress
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import ByteSize, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backend.errors import SettingsError

ENV_PREFIX = "CIRCUIT_EXPLORER_"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


class Settings(BaseSettings):
    """What this instance may use and where it writes. Frozen once made."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="ignore")

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("circuit-explorer", appauthor=False),
        description="Everything the application writes lies below this folder.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL; empty means SQLite in the data folder.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="TCP port; 0 takes a free one.")
    write_token: SecretStr | None = Field(
        default=None,
        description="Needed to write when listening beyond loopback; reading needs only the URL.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=LOOPBACK_NAMES,
        description="Host names under which requests are answered, without port.",
    )
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        description="Searches that may run at the same time; the rest wait in the queue.",
    )
    checkpoint_dirs: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="More folders whose subfolders are checkpoints.",
    )
    tokenizer_dirs: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="More folders whose subfolders are tokenizers, for checkpoints that name one.",
    )
    upload_limit: ByteSize = Field(
        default=ByteSize(4 * 2**30),
        gt=0,
        description="Bytes that an uploaded archive may have; 4GiB may be written as well.",
    )
    unpacked_limit: ByteSize = Field(
        default=ByteSize(16 * 2**30),
        gt=0,
        description="Bytes that an archive may unpack to, uploaded or not.",
    )
    task_dirs: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="More folders with task files.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severity that is logged."
    )

    @field_validator("data_dir", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("write_token", mode="before")
    @classmethod
    def _empty_token_is_none(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: Any) -> Any:
        return _split(value, ",")

    @field_validator("checkpoint_dirs", "tokenizer_dirs", "task_dirs", mode="before")
    @classmethod
    def _split_dirs(cls, value: Any) -> Any:
        return _split(value, os.pathsep)

    @model_validator(mode="after")
    def _token_beyond_loopback(self) -> "Settings":
        if not self.is_loopback and self.write_token is None:
            raise ValueError(
                f"{ENV_PREFIX}HOST is {self.host!r}: listening beyond loopback needs a write "
                "token, or anyone who reaches the port could start jobs. Set "
                f"{ENV_PREFIX}WRITE_TOKEN to a long random value, or {ENV_PREFIX}HOST to 127.0.0.1."
            )
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether the server listens on this machine only."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def resolved_database_url(self) -> str:
        """The database's URL: the one given, or SQLite's in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'circuits.sqlite3'}"

    @property
    def own_checkpoints(self) -> Path:
        """The folder for checkpoints brought in or trained by the user."""
        return self.data_dir / "checkpoints"

    @property
    def kept_means(self) -> Path:
        """The folder for node means of checkpoints that bring none, by digest."""
        return self.data_dir / "node_means"

    @property
    def checkpoint_search_path(self) -> tuple[Path, ...]:
        """Folders whose subfolders are checkpoints, beside the shipped zoo; first match wins."""
        return (*self.checkpoint_dirs, self.own_checkpoints)

    @property
    def tokenizer_search_path(self) -> tuple[Path, ...]:
        """Folders whose subfolders are tokenizers by name; first match wins."""
        return (*self.tokenizer_dirs, self.data_dir / "tokenizers")

    @property
    def own_tasks(self) -> Path:
        """The folder for task files brought in by the user."""
        return self.data_dir / "tasks"

    @property
    def task_search_path(self) -> tuple[Path, ...]:
        """Folders of task files, beside the tasks that come along; first match wins."""
        return (*self.task_dirs, self.own_tasks)


def _split(value: Any, separator: str) -> Any:
    """A list from `a,b` or `["a", "b"]`; anything but a string passes through."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [part.strip() for part in value.split(separator) if part.strip()]


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once. Tests call `get_settings.cache_clear()`.

    Raises:
        SettingsError: if a variable's value cannot be used; names value, rule and remedy.
    """
    return load_settings()


def load_settings(**overrides: Any) -> Settings:
    """The environment's settings, some of them given here instead.

    Raises:
        SettingsError: if a value cannot be used; names value, rule and remedy.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    """Pydantic's findings as sentences that name the variable and the value received."""
    sentences = []
    for finding in error.errors(include_url=False):
        message = finding["msg"].removeprefix("Value error, ").rstrip(".")
        if not finding["loc"]:
            sentences.append(f"{message}.")
            continue
        name = ENV_PREFIX + str(finding["loc"][0]).upper()
        sentences.append(f"{name} is {finding['input']!r}: {message}.")
    return " ".join(sentences)
