"""`circuit-explorer add`: a checkpoint from elsewhere into the data folder."""

from __future__ import annotations

from typing import Annotated

import typer

from backend.cli.common import messages, plain_errors
from backend.settings import get_settings


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(add)


@plain_errors
def add(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder, an archive (.zip, .tar, .tar.gz), or hf:OWNER/REPO[@REVISION].",
            metavar="SOURCE",
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Name it is to go by; its own one if left out.")
    ] = None,
) -> None:
    """Copy a checkpoint into the data folder, where it is found by name.

    It is opened first: one that cannot be opened is refused and nothing of it is kept. Prints the
    name it goes by.
    """
    from backend.sources import add_checkpoint

    with messages.status("Opening it before it is kept"):
        added = add_checkpoint(get_settings(), source, name)
    messages.print(f"Added to {added.path}", markup=False, soft_wrap=True)
    checkpoint = added.checkpoint
    if checkpoint.tokenizer is None:
        named = f" ({checkpoint.tokenizer_name})" if checkpoint.tokenizer_name else ""
        messages.print(
            f"It has no tokenizer{named}: tasks need one. Put its tokenizer.json into that folder.",
            markup=False,
            soft_wrap=True,
        )
    elif checkpoint.node_means is None:
        messages.print(
            "It has no node means, which circuits need: compute them with "
            f"'circuit-explorer means {added.name}'.",
            markup=False,
            soft_wrap=True,
        )
    typer.echo(added.name)
