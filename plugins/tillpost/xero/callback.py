"""Waits on this machine for the one call with which a browser brings back Xero's answer to a consent.

Any web page and any program of this machine can call it, so that a call is believed only if it carries this consent's own ``state``;
all others are answered with a plain page that repeats nothing of what was sent, and change nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from tillpost.errors import ConfigError, XeroAuthError
from tillpost.xero.consent import CALLBACK, NotOurs

# A caller that says nothing for so many seconds is let go.
SILENT_SECONDS = 10
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tillpost</title></head>
<body style="font-family:sans-serif;max-width:34em;margin:4em auto;padding:0 1em"><h1>{title}</h1><p>{said}</p></body></html>"""
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Connection": "close",
}
_PAGES = {
    200: ("Xero has answered", "You can close this page and go back to the terminal, where Tillpost goes on."),
    400: ("Not the answer to this consent", "Nothing was done. Open the address that Tillpost printed in the terminal."),
    403: ("No consent was given", "Nothing was stored or changed. You can close this page; the terminal says how to try again."),
    404: ("There is nothing here", "Tillpost waits here for Xero's answer only."),
    409: ("The answer is here already", "Nothing more is needed. You can close this page and go back to the terminal."),
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a caller that hangs up is no matter for the terminal."""


class Callback:
    """Listens on 127.0.0.1 while its context lasts. ``read`` makes the code of a call's target, or raises as ``consent.code_of`` does."""

    def __init__(self, port: int = 0) -> None:
        """``port`` 0 takes a free one; ConfigError if it is taken."""
        self._read: Callable[[str], str] | None = None
        self._lock, self._over = threading.Lock(), threading.Event()
        self._outcome: str | XeroAuthError | None = None
        self.strangers = 0
        try:
            self._server = _Server(("127.0.0.1", port), _handler(self))
        except OSError as problem:
            raise ConfigError(
                f"port {port} of this machine cannot be listened on ({problem.strerror}): name another one with --port; "
                "the app's redirect URI in Xero must name the same.",
                value=port,
            ) from problem
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Callback:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def wait(self, read: Callable[[str], str], seconds: float) -> str:
        """The code; raises XeroAuthError where consent was refused or nobody answered in time."""
        self._read = read
        if not self._over.wait(seconds):
            ignored = f" {self.strangers} calls that were not Xero's answer were ignored." if self.strangers else ""
            raise XeroAuthError(
                f"Nobody answered the consent page within {max(round(seconds / 60), 1)} minutes.{ignored} Nothing was stored or changed. "
                "Run `tillpost connect` again."
            )
        if isinstance(self._outcome, XeroAuthError):
            raise self._outcome
        assert self._outcome is not None
        return self._outcome

    def receive(self, target: str) -> int:
        """Take one call in; the status of the page that answers it."""
        with self._lock:
            if self._outcome is not None:
                return 409
            try:
                if self._read is None:
                    raise NotOurs
                self._outcome = self._read(target)
            except NotOurs:
                self.strangers += 1
                return 400
            except XeroAuthError as refusal:
                self._outcome = refusal
            return 200 if isinstance(self._outcome, str) else 403

    def answered(self) -> None:
        """The page that answers a call is out: if it was the right call, the wait is over."""
        if self._outcome is not None:
            self._over.set()


def _handler(callback: Callback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = SILENT_SECONDS
        server_version, sys_version = "Tillpost", ""
        # For what is no call that can be answered: without the caller's own words, unlike Python's.
        error_message_format, error_content_type = "Error %(code)d", "text/plain; charset=utf-8"

        def do_GET(self) -> None:
            # A page of elsewhere that has made its own name point here (DNS rebinding) gives itself away by that name.
            here = self.headers.get("Host", "") in (f"localhost:{callback.port}", f"127.0.0.1:{callback.port}")
            try:
                self._answer(callback.receive(self.path) if here and self.path.startswith(CALLBACK) else 404)
            finally:
                callback.answered()

        def _answer(self, status: int) -> None:
            title, said = _PAGES[status]
            page = _PAGE.format(title=title, said=said).encode()
            self.send_response(status)
            for name, value in {**_HEADERS, "Content-Length": str(len(page))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the line of a request holds the code."""

    return Handler
