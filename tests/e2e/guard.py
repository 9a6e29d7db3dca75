"""What no page may do: complain on the console, throw, break its policy, ask another host."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

COMPLAINTS = {"error", "warning", "assert"}
LOCAL_SCHEMES = {"data", "blob", "about"}
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI}`));
"""
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


class Guard:
    """Watches all pages of a browser context; `faults` is what they did wrong so far."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._origin = urlsplit(origin)[:2]
        self._expected: list[tuple[int, re.Pattern[str]]] = []
        self.faults: list[str] = []
        self.console: list[str] = []
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("page", self._watch)
        context.on("console", self._said)
        context.on("request", self._asked)
        context.on("response", self._answered)

    def expect_refusal(self, status: int, path: str) -> None:
        """From now on an answer with this status (below 500) on a path like this is right."""
        assert 400 <= status < 500
        self._expected.append((status, re.compile(path)))

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        page.on("crash", lambda _: self.faults.append("the page crashed"))

    def _said(self, message: ConsoleMessage) -> None:
        url = str(message.location.get("url", ""))
        text = f"console {message.type}: {message.text} ({url})"
        self.console.append(text)
        refused = REFUSED.match(message.text)
        if refused and self._is_expected(int(refused[1]), url):
            return
        if message.type in COMPLAINTS:
            self.faults.append(text)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in LOCAL_SCHEMES and parts[:2] != self._origin:
            self.faults.append(f"asked another host: {request.method} {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not self._is_expected(response.status, response.url):
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    def _is_expected(self, status: int, url: str) -> bool:
        path = urlsplit(url).path
        return any(status == each and like.search(path) for each, like in self._expected)
