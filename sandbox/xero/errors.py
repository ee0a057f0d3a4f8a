"""What the local Xero answers when it refuses.

ApiError            the whole request is refused, with a status and a body
  Unreadable        400, ErrorNumber 14: a body or value that cannot be read
Invalid             one element of a batch is refused, with Xero's messages (https://developer.xero.com/documentation/api/accounting/responsecodes)
"""

from __future__ import annotations

import uuid

from sandbox.xero.wire import Json


class ApiError(Exception):
    """The whole request is refused."""

    def __init__(self, status: int, body: Json | str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


class Unreadable(ApiError):
    """400 with ErrorNumber 14: the body, or a value of an enumeration, cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__(400, {"ErrorNumber": 14, "Type": "PostDataInvalidException", "Message": message})


class Invalid(Exception):
    """One element is refused with its messages; `lines` holds the messages of its lines by their index."""

    def __init__(self, *messages: str, lines: dict[int, list[str]] | None = None) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages
        self.lines = lines or {}


def query_error(message: str) -> ApiError:
    """400 with ErrorNumber 16: a filter or an order that cannot be read."""
    return ApiError(400, {"ErrorNumber": 16, "Type": "QueryParseException", "Message": message})


def problem(status: int, title: str, detail: str) -> ApiError:
    """A 401 or 403 in the shape of Xero's gateway."""
    return ApiError(
        status, {"Type": None, "Title": title, "Status": status, "Detail": detail, "Instance": str(uuid.uuid4()), "Extensions": {}}
    )


def not_found() -> ApiError:
    """404 with an empty body of type text/html."""
    return ApiError(404, "", {"Content-Type": "text/html"})
