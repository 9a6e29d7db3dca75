"""Checkpoints on the Hugging Face hub: `hf:OWNER/REPO` or `hf:OWNER/REPO@REVISION`.

The hub's own client fetches them into its cache, where what was fetched before is found again;
with HF_HUB_OFFLINE=1 nothing else is looked at. A snapshot there is a folder of links to blobs:

    models--OWNER--REPO/refs/main                  the revision's commit
    models--OWNER--REPO/snapshots/<commit>/...     links
    models--OWNER--REPO/blobs/<hash>               files
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from backend.errors import InvalidRequestError

PREFIX = "hf:"
_FORM = re.compile(r"hf:(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?")
_FILES = ("*.json", "*.pt", "*.bin", "*.safetensors", "*.txt", "*.bpe", "*.yaml", "*.jsonl")
"""What checkpoints and tokenizers consist of; pictures, archives and logs stay where they are."""


@dataclass(frozen=True)
class HubSource:
    """A repository on the hub.

    Attributes:
        repo: OWNER/REPO.
        revision: branch, tag or commit; None is the main branch.
    """

    repo: str
    revision: str | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `hf:OWNER/REPO[@REVISION]` names.

        Raises:
            InvalidRequestError: it is not of that form.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise InvalidRequestError(
                f"{text!r} names no repository of the Hugging Face hub.",
                remedy="Write hf:OWNER/REPO, or hf:OWNER/REPO@REVISION for a branch, tag or "
                "commit.",
            )
        return cls(match["repo"], match["revision"])

    def fetch(self) -> Path:
        """The folder of its files in the hub's cache, fetched if they are not there.

        Raises:
            InvalidRequestError: the client is not installed, or the repository cannot be had.
        """
        try:
            from huggingface_hub import snapshot_download
            from huggingface_hub.errors import HfHubHTTPError
        except ImportError:
            raise InvalidRequestError(
                f"{PREFIX}{self.repo} is on the Hugging Face hub, whose client is not installed.",
                remedy="Install it with: pip install 'circuit-explorer[hub]'",
            ) from None
        try:
            return Path(
                snapshot_download(self.repo, revision=self.revision, allow_patterns=list(_FILES))
            )
        except (HfHubHTTPError, OSError, ValueError) as error:
            at = "" if self.revision is None else f" at {self.revision!r}"
            raise InvalidRequestError(
                f"{self.repo!r}{at} cannot be had from the Hugging Face hub: "
                f"{' '.join(str(error).split())}",
                remedy="Check owner, name and revision, the network (HF_HUB_OFFLINE must not be "
                "set unless the repository is in the cache) and, for a private or gated one, "
                "'hf auth login'. A folder that was downloaded otherwise can be added by its path.",
            ) from error
