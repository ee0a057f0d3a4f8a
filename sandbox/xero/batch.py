"""A batch of elements in one request: each is saved or refused on its own, and echoed at its own position.

summarizeErrors=false: 200, and each element says OK, WARNING or ERROR. Otherwise one bad element makes it a 400 that lists
the bad ones only, while the good ones are saved all the same.
https://developer.xero.com/documentation/api/accounting/requests-and-responses#summarizeerrors
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.xero.context import Context
from sandbox.xero.errors import Invalid, Unreadable
from sandbox.xero.http import Request, Response, json_response
from sandbox.xero.wire import ZERO_ID, Json, Raw, dumps, loads

Written = Raw | Json | tuple[Raw, list[str]]
Write = Callable[[Json], Written]


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource's name in paths and answers, and its elements' id and line fields."""

    name: str
    id_field: str
    lines_field: str = ""


def elements(request: Request, resource: Resource) -> list[Json]:
    """The elements of a body: a wrapper, a list or one bare object; Unreadable if it is none of them."""
    if "json" not in request.headers.get("content-type", ""):
        raise Unreadable("The Content-Type must be application/json.")
    try:
        body = loads(request.body)
    except (ValueError, RecursionError):
        raise Unreadable("The body is not valid JSON.") from None
    found = _unwrapped(body, resource.name)
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise Unreadable(f"The body must hold at least one element in {resource.name}.")
    return found


def _unwrapped(body: Any, name: str) -> Any:
    if not isinstance(body, dict):
        return body
    inner = body.get(name)
    if inner is None:
        return [body]
    return inner if isinstance(inner, list) else [inner]


def run(context: Context, resource: Resource, items: list[Json], write: Write, query: Mapping[str, str]) -> Response:
    """Write each element on its own and answer as summarizeErrors asks."""
    apart = query.get("summarizeErrors", "true").lower() == "false"
    good: list[Any] = []
    bad: list[Json] = []
    for item in items:
        try:
            with context.store.element():
                written = write(item)
            good.append(_marked(written) if apart else _plain(written))
        except Invalid as error:
            echo = _refused(resource, item, error, apart)
            (good if apart else bad).append(echo)
    if bad:
        message = "A validation exception occurred"
        answer = json_response(400, {"ErrorNumber": 10, "Type": "ValidationException", "Message": message, "Elements": bad})
    else:
        answer = json_response(200, wrap(context, {resource.name: good}))
    return replace(answer, elements=len(items))


def wrap(context: Context, content: Json) -> Json:
    """The envelope of every answer."""
    head = {"Id": str(uuid.uuid4()), "Status": "OK", "ProviderName": "Local stand-in for Xero"}
    return {**head, "DateTimeUTC": f"/Date({context.now_ms})/", **content}


def _plain(written: Written) -> Any:
    return written[0] if isinstance(written, tuple) else written


def _marked(written: Written) -> Raw:
    body, warnings = written if isinstance(written, tuple) else (written, [])
    text = body if isinstance(body, Raw) else dumps(body)
    return Raw(f'{text[:-1]},"StatusAttributeString":"{"WARNING" if warnings else "OK"}"}}')


def _refused(resource: Resource, item: Json, error: Invalid, apart: bool) -> Json:
    echo = {key: value for key, value in item.items() if value is not None}
    echo[resource.id_field] = item.get(resource.id_field) or ZERO_ID
    echo["HasErrors" if resource.name in ("Invoices", "CreditNotes") else "HasValidationErrors"] = True
    if error.lines and isinstance(item.get(resource.lines_field), list):
        echo[resource.lines_field] = [
            {**line, "ValidationErrors": [{"Message": message} for message in error.lines.get(index, [])]}
            for index, line in enumerate(item[resource.lines_field])
        ]
    echo["ValidationErrors"] = [{"Message": message} for message in error.messages]
    return {**echo, "StatusAttributeString": "ERROR"} if apart else echo
