"""Who may ask: Host header, origin, write token, size of the body; and the headers of every answer.

- Host: only names of `settings.allowed_hosts` and the bound address are answered, so that a foreign
  page cannot reach this server through a name of its own (DNS rebinding).
- Origin: a browser names the page that writes; only pages of this server may.
- Token: when one is set, whatever changes something needs `Authorization: Bearer <token>`. Asking
  what if (evaluate, effects) changes nothing: it is a POST for the length of its question only.
- Content-Security-Policy: nothing comes from elsewhere. `script-src 'self'` has no exception.
  `style-src` allows inline styles, because Plotly and Cytoscape set style attributes and insert
  style elements into the page and offer no nonce for them; a style can read nothing out to
  another host, since images and connections are limited to this one.
"""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.problems import REMEDIES, problem_response
from backend.settings import Settings

MAX_BODY_BYTES = 64 * 2**20
"""A bundle of a dense circuit has some hundred thousand edges; nothing else comes close."""
UPLOAD_PATHS = ("/api/checkpoints", "/api/viz-data")
"""Take archives of checkpoints and files of tensors, which the settings limit."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_WHAT_IF = re.compile(r"/api/circuits/[^/]+/(evaluate|effects)")


class SecurityMiddleware:
    """Turns away what is not allowed before any route sees it; adds the headers to all answers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        token = settings.write_token
        self._token = None if token is None else token.get_secret_value().encode()
        self._upload_limit = settings.upload_limit
        self._hosts = {_bare_host(name) for name in (*settings.allowed_hosts, settings.host)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Checks a request and hands it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        if refusal is not None:
            response = problem_response(*refusal)
            await response(scope, receive, send)
            return
        await self._app(scope, _limited(receive, self._limit(scope["path"])), send)

    def _limit(self, path: str) -> int:
        """Bytes that a body sent to a path may have."""
        return self._upload_limit if path in UPLOAD_PATHS else MAX_BODY_BYTES

    def _refusal(
        self, method: str, path: str, headers: Headers
    ) -> tuple[HTTPStatus, str, str] | None:
        """Why a request is turned away, as status, detail and remedy; None if it is not."""
        host = headers.get("host", "")
        if _bare_host(host) not in self._hosts:
            return (
                HTTPStatus.BAD_REQUEST,
                f"The request's Host header is {host!r}; this server does not go by that name.",
                "Open it under one of its own names, or add the name to "
                "CIRCUIT_EXPLORER_ALLOWED_HOSTS.",
            )
        length = headers.get("content-length", "0")
        limit = self._limit(path)
        if length.isdecimal() and int(length) > limit:
            return _too_large(f"{length} bytes", limit)
        if method in _SAFE_METHODS:
            return None
        origin = headers.get("origin")
        foreign = headers.get("sec-fetch-site") == "cross-site"
        if foreign or (origin is not None and urlsplit(origin).netloc != host):
            return (
                HTTPStatus.FORBIDDEN,
                f"The request comes from a page of {origin or 'another site'!r}; only pages of "
                f"{host!r} may send {method} requests here.",
                "Use this server's own pages, or a program that sends no Origin header.",
            )
        if self._token is None or _WHAT_IF.fullmatch(path):
            return None
        return self._token_refusal(headers.get("authorization"))

    def _token_refusal(self, authorization: str | None) -> tuple[HTTPStatus, str, str] | None:
        assert self._token is not None
        scheme, _, given = (authorization or "").partition(" ")
        right = secrets.compare_digest(given.strip().encode("utf-8", "replace"), self._token)
        if scheme.lower() == "bearer" and right:
            return None
        received = "no write token" if authorization is None else "a wrong write token"
        return (
            HTTPStatus.FORBIDDEN,
            f"This server is open for reading; the request would change something and has "
            f"{received}.",
            "Send the write token as 'Authorization: Bearer <token>'; whoever runs the server "
            "has it (CIRCUIT_EXPLORER_WRITE_TOKEN).",
        )


def _too_large(size: str, limit: int) -> tuple[HTTPStatus, str, str]:
    return (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request's body has {size}; at most {limit} are read.",
        REMEDIES[HTTPStatus.REQUEST_ENTITY_TOO_LARGE],
    )


def _bare_host(host: str) -> str:
    """A Host header's name without its port, in lower case; IPv6 without brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "") if not _is_ipv6(host) else host.lower()
    except ValueError:
        return ""


def _is_ipv6(host: str) -> bool:
    return host.count(":") > 1 and not host.startswith("[")


def _with_headers(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return wrapped


def _limited(receive: Receive, limit: int) -> Receive:
    received = 0

    async def wrapped() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            # A body that did not declare its length; routes pass this one on while they read.
            status, detail, _ = _too_large(f"more than {limit} bytes", limit)
            raise HTTPException(status, detail)
        return message

    return wrapped
