"""The command line, `circuit-explorer`.

Exit codes:

    0    done
    1    a search ended without a circuit that meets the target, or a benchmark's broke off; an
         inspected checkpoint cannot be opened; a checked task file has errors
    2    the command cannot be carried out: the message says why and what to do
    130  stopped with Ctrl-C

Results go to stdout, progress and messages to stderr. Commands import what they need when they
run: torch alone takes seconds, and `--help` needs none of it.
"""

from __future__ import annotations

from typing import Annotated

import typer

from backend import __version__
from backend.cli import (
    add,
    benchmark,
    card,
    checkpoints,
    circuits,
    compile,
    inspect,
    means,
    search,
    serve,
    tasks,
    train,
    verify,
)

app = typer.Typer(
    name="circuit-explorer",
    help="Find, ablate and share the circuits of weight-sparse transformers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for register in (
    serve,
    train,
    card,
    search,
    verify,
    benchmark,
    checkpoints,
    inspect,
    add,
    means,
    circuits,
    tasks,
    compile,
):
    register.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Find, ablate and share the circuits of weight-sparse transformers."""


__all__ = ["app"]
