"""The pages: Jinja2 shells that load the built TypeScript elements.

What the server does:

- serves `DIST` at `MOUNT` (file names under `assets/` carry a hash: cache them for ever) and
  Plotly's script at `PLOTLY_URL`;
- renders `TEMPLATES / f"{page}.html"` for each page with this context:

  | variable | what |
  | --- | --- |
  | `page` | name of the page: home, checkpoint, task, jobs, job, circuits, circuit, error |
  | `title` | what the browser's tab says, without the application's name |
  | `params` | path parameters as text: `name` (checkpoint, task), `id` (job), `slug` (circuit) |
  | `json_url` | the same page as JSON, e.g. `/circuits/<slug>.json`; None on error pages |
  | `version` | of the application |
  | `entry_js`, `entry_css` | `asset_urls().js` (one URL) and `asset_urls().css` (a list) |
  | `problem` | error page only: `title`, `status`, `detail`, `remedy` |

The elements get `params` as attributes and fetch everything else from /api. Templates rely on
autoescaping, hold no inline script, and the built scripts ask nothing of another host, so
`script-src 'self'` is enough; styles need `'unsafe-inline'` for Plotly and the graph's canvas.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

TEMPLATES: Path = Path(__file__).resolve().parent / "templates"
DIST: Path = Path(__file__).resolve().parent / "dist"
MOUNT = "/static/app"
PLOTLY_URL = "/static/plotly.min.js"
ENTRY = "src/main.ts"
STANDALONE = "standalone/standalone"
"""Script and style sheet of a circuit that opens from disk, below `DIST`, without their endings."""


class PagesNotBuiltError(RuntimeError):
    """There is no built front end to serve."""


@dataclass(frozen=True)
class AssetUrls:
    """Where the browser finds the built entry."""

    js: str
    css: list[str]


@dataclass(frozen=True)
class StandaloneAssets:
    """What is written into a page that opens from disk."""

    script: str
    style: str


def standalone_assets(dist: Path = DIST) -> StandaloneAssets:
    """The script and the style sheet, as they may stand in HTML.

    Raises:
        PagesNotBuiltError: they are missing; says how to build them.
    """
    script, style = (dist / f"{STANDALONE}.{ending}" for ending in ("js", "css"))
    _check_built(script)
    # Within a script only `</script` and `<!--` mean something to HTML; `\\x3c` is `<` in strings.
    text = re.sub(r"<(?=/script|!--)", r"\\x3c", script.read_text(encoding="utf-8"), flags=re.I)
    return StandaloneAssets(text, style.read_text(encoding="utf-8"))


def _check_built(file: Path) -> None:
    if not file.is_file():
        raise PagesNotBuiltError(
            f"{file} does not exist: the pages were not built. Run 'make run', or "
            "'python hatch_build.py build' in a clone."
        )


def asset_urls(dist: Path = DIST) -> AssetUrls:
    """Reads vite's manifest for the URLs of the entry's script and style sheets.

    Raises:
        PagesNotBuiltError: the manifest is missing; says how to build it.
    """
    manifest = dist / ".vite" / "manifest.json"
    _check_built(manifest)
    entry = json.loads(manifest.read_text(encoding="utf-8"))[ENTRY]
    return AssetUrls(
        js=f"{MOUNT}/{entry['file']}",
        css=[f"{MOUNT}/{file}" for file in entry.get("css", [])],
    )
