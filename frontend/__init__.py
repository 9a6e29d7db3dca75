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
from dataclasses import dataclass
from pathlib import Path

TEMPLATES: Path = Path(__file__).resolve().parent / "templates"
DIST: Path = Path(__file__).resolve().parent / "dist"
MOUNT = "/static/app"
PLOTLY_URL = "/static/plotly.min.js"
ENTRY = "src/main.ts"


class PagesNotBuiltError(RuntimeError):
    """There is no built front end to serve."""


@dataclass(frozen=True)
class AssetUrls:
    """Where the browser finds the built entry."""

    js: str
    css: list[str]


def asset_urls(dist: Path = DIST) -> AssetUrls:
    """Reads vite's manifest for the URLs of the entry's script and style sheets.

    Raises:
        PagesNotBuiltError: the manifest is missing; says how to build it.
    """
    manifest = dist / ".vite" / "manifest.json"
    if not manifest.is_file():
        raise PagesNotBuiltError(
            f"{manifest} does not exist: the pages were not built. Run 'make run', or "
            "'python hatch_build.py build' in a clone."
        )
    entry = json.loads(manifest.read_text(encoding="utf-8"))[ENTRY]
    return AssetUrls(
        js=f"{MOUNT}/{entry['file']}",
        css=[f"{MOUNT}/{file}" for file in entry.get("css", [])],
    )
