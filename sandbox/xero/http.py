"""Requests and answers as plain values, apart from any web server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from sandbox.xero.wire import dumps


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names are in lower case."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; of a repeated one the last."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def wants_json(self) -> bool:
        """Whether JSON is asked for: Xero answers XML otherwise."""
        return "application/json" in self.headers.get("accept", "")


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `note` and `elements` (of a batch) are for the call log."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    note: str = ""
    elements: int | None = None


JSON_TYPE = "application/json; charset=utf-8"


def json_response(status: int, value: Any, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(status, dumps(value).encode(), JSON_TYPE, headers or {})


def text_response(status: int, text: str) -> Response:
    """An answer in plain text."""
    return Response(status, text.encode(), "text/plain; charset=utf-8")


def xml_response(status: int, message: str) -> Response:
    """The little that is answered where JSON was not asked for."""
    body = f'<?xml version="1.0" encoding="utf-8"?><Response><Status>{status}</Status><Message>{escape(message)}</Message></Response>'
    return Response(status, body.encode(), "text/xml; charset=utf-8")


_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def path_pattern(template: str) -> re.Pattern[str]:
    """The pattern of a path with {names} in it."""
    return re.compile("^" + _PLACEHOLDER.sub(lambda match: f"(?P<{match.group(1)}>[^/]+)", template) + "/?$", re.IGNORECASE)
