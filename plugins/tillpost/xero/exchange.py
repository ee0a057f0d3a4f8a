"""One HTTP request on a connection of its own: sent once, no redirect followed, no sleeping.

A connection that is kept for the next request may have been dropped by the other side meanwhile; the next request then fails
after it has left, and a write whose outcome is unknown costs far more than a handshake. So each connection is closed after its
answer, by us: that the server does it because of ``Connection: close`` is not certain.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache

import certifi
import urllib3

from tillpost.xero.errors_from_xero import Answer


def exchange_once(
    method: str,
    url: str,
    headers: Mapping[str, str],
    timeouts: tuple[int, int],
    body: bytes | None = None,
) -> Answer:
    """The answer to one request, whatever its status; raises urllib3's HTTPError or OSError. ``timeouts``: seconds to connect, to read."""
    connect, read = timeouts
    with urllib3.PoolManager(ssl_context=_tls()) as pool:
        response = pool.request(
            *(method, url),
            body=body,
            headers={**headers, "Connection": "close"},
            timeout=urllib3.Timeout(connect=connect, read=read),
            retries=False,
            redirect=False,
        )
        return Answer(response.status, response.headers, response.data)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())
