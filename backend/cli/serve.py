"""`circuit-explorer serve` and `openapi`."""

from __future__ import annotations

import logging
import socket
import webbrowser
from typing import Annotated

import typer

from backend.cli.common import messages, plain_errors
from backend.errors import SettingsError
from backend.settings import Settings, get_settings, load_settings

GRACEFUL_SECONDS = 3
"""How long open event streams may hold up the end of the server."""


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(serve)
    app.command()(openapi)


@plain_errors
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="TCP port; 0 takes a free one.")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page.")] = False,
) -> None:
    """Serve the page and the API, and run searches.

    Every other setting is a CIRCUIT_EXPLORER_* variable; listening beyond this machine needs
    CIRCUIT_EXPLORER_WRITE_TOKEN.
    """
    from backend.store import open_store

    given = {"host": host, "port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    if settings.log_level == "info":
        for chatty in ("alembic", "uvicorn"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
    open_store(settings.resolved_database_url).close()  # what is wrong with it is said here
    listening = _listen(settings)
    url = _url(settings.host, listening.getsockname()[1])
    messages.print(f"Circuit Explorer starts; data in {settings.data_dir}", soft_wrap=True)
    _run(settings, listening, url, open_browser)


@plain_errors
def openapi() -> None:
    """Print the API's OpenAPI description."""
    from backend.api.app import create_app
    from backend.api.openapi import openapi_json

    typer.echo(openapi_json(create_app(get_settings())), nl=False)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise SettingsError(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.",
            remedy="Choose another port with --port (0 takes a free one), or end what uses it.",
        ) from None


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _run(settings: Settings, listening: socket.socket, url: str, open_browser: bool) -> None:
    import uvicorn

    from backend.api.app import create_app

    class Announcing(uvicorn.Server):
        """A server that says when it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                typer.echo(f"Circuit Explorer: {url}")
                if open_browser:
                    webbrowser.open(url)

    server = Announcing(
        uvicorn.Config(
            create_app(settings),
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
        )
    )
    server.run(sockets=[listening])
    if not server.started:
        raise typer.Exit(2)
