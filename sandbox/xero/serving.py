"""Serving the local Xero: in a thread for tests, or in the foreground for the command line."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import uvicorn

from sandbox.xero.app import create_app
from sandbox.xero.clock import Clock


def bound_socket(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((host, port))
    found.listen(512)
    return found


def server_of(db: Path, clock: Clock | None = None) -> uvicorn.Server:
    """A uvicorn server of the local Xero on a file, with quiet logs."""
    config = uvicorn.Config(create_app(db, clock), log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=2)
    return uvicorn.Server(config)


class Served:
    """A local Xero that is running in a thread of this process."""

    def __init__(self, db: Path, port: int, clock: Clock | None) -> None:
        self._server = server_of(db, clock)
        self._socket = bound_socket("127.0.0.1", port)
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True, name="local-xero-server")
        self._thread.start()
        _wait(lambda: self._server.started or not self._thread.is_alive())
        # Its HTTP library takes longer to import than the whole server; the command line does without it.
        from sandbox.xero.client import AdminClient

        self.admin = AdminClient(self.base_url)

    def stop(self) -> None:
        """Stop serving; calls in progress are finished."""
        self.admin.close()
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()

    def __enter__(self) -> Served:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def _wait(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError("the local Xero did not start within 10 seconds")
        time.sleep(0.005)


def serve(db: Path, port: int = 0, clock: Clock | None = None) -> Served:
    """Serve the local Xero on a file, on 127.0.0.1, until the context ends or `stop()`."""
    return Served(Path(db), port, clock)
