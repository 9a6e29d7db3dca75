"""Files for the browser: the built pages, and Plotly's script from its own Python package."""

from __future__ import annotations

import os
import re
from pathlib import Path

import plotly
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PLOTLY_SCRIPT = Path(plotly.__file__).resolve().parent / "package_data" / "plotly.min.js"

_HASHED = re.compile(r"[-.][\w-]{8,}\.\w+$")
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


class BuiltAssets(StaticFiles):
    """The built front end; a name with a hash in it never changes what it means."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, to be kept for ever or to be asked for again."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        path = Path(full_path)
        hashed = path.parent.name == "assets" and _HASHED.search(path.name)
        response.headers["Cache-Control"] = _FOR_EVER if hashed else _ASK_AGAIN
        return response


class OneFile(StaticFiles):
    """A single file, whatever lies beside it."""

    def __init__(self, file: Path) -> None:
        super().__init__(directory=file.parent)
        self._name = file.name

    def get_path(self, scope: Scope) -> str:
        """Always that file."""
        return self._name

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, to be asked for again: its name does not tell its version."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = _ASK_AGAIN
        return response
