"""The admin API: sets the scene for tests and demos. Loopback only, without a login; it is no part of Xero's own API.

Every answer is JSON; a mistake is 400 {"error": what is wrong}.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from sandbox.xero import acts, calls, ledger, organisations
from sandbox.xero.clock import to_ms
from sandbox.xero.context import Context, open_books
from sandbox.xero.errors import ApiError, Invalid
from sandbox.xero.http import Request, Response, json_response, path_pattern
from sandbox.xero.organisations import NewOrganisation, Organisation
from sandbox.xero.wire import Json, amount, cents_of, date_of, loads

if TYPE_CHECKING:
    from sandbox.xero.app import Application

Act = Callable[["Application", dict[str, str], Json], Any]
_ROUTES: list[tuple[str, re.Pattern[str], Act]] = []


def _route(method: str, path: str) -> Callable[[Act], Act]:
    def register(act: Act) -> Act:
        _ROUTES.append((method, path_pattern("/admin" + path), act))
        return act

    return register


def handle(app: Application, request: Request) -> Response:
    """Answer an admin call, what it changes in one transaction."""
    for method, pattern, act in _ROUTES:
        match = pattern.match(request.path)
        if match and method == request.method:
            return _answer(app, request, act, match.groupdict())
    return json_response(404, {"error": f"there is no {request.method} {request.path}"})


def _answer(app: Application, request: Request, act: Act, path: dict[str, str]) -> Response:
    # A page of another site can send a form or plain text from somebody's browser, but not JSON without being asked about it.
    if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
        return json_response(415, {"error": "the Content-Type must be application/json"})
    try:
        body = request.query if request.method == "GET" else loads(request.body or b"{}")
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")
        with app.store.transaction():
            return json_response(200, act(app, path, body))
    except (ValueError, Invalid, KeyError) as error:
        return json_response(400, {"error": str(error.args[0] if isinstance(error, KeyError) else error)})
    except ApiError as error:
        return json_response(404 if error.status == 404 else 400, {"error": str(error.body) or "not found"})


def _books(app: Application, path: dict[str, str]) -> Context:
    organisation = organisations.existing_by_key(app.store, path["org"])
    return open_books(app.store, organisation, app.clock.now(), by_app=False)


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be given as text")
    return value


def _day(body: Json, name: str) -> date | None:
    value = body.get(name)
    if value in (None, ""):
        return None
    found = date_of(value)
    if found is None:
        raise ValueError(f"{name} is {value!r}; it must be a date such as 2026-03-31")
    return found


def _number(body: Json, name: str) -> float:
    try:
        return float(body[name])
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{name} must be a number") from None


def shown_organisation(organisation: Organisation) -> Json:
    """An organisation as the admin API shows it; never its secret."""
    locks = {"period_lock": organisation.period_lock, "year_lock": organisation.year_lock}
    return {
        **{"key": organisation.key, "tenant_id": organisation.tenant_id, "name": organisation.name, "country": organisation.country},
        **{"currency": organisation.currency, "time_zone": organisation.time_zone, "client_id": organisation.client_id},
        **{name: lock.isoformat() if lock else None for name, lock in locks.items()},
    }


@_route("POST", "/organisations")
def _create(app: Application, path: dict[str, str], body: Json) -> Json:
    texts = {name: _text(body, name) for name in ("key", "name", "country", "currency", "time_zone", "client_id", "client_secret")}
    new = NewOrganisation(**texts, accounts=body.get("accounts") or [], settings=body.get("settings") or {})
    return shown_organisation(organisations.create(app.store, new, to_ms(app.clock.now())))


@_route("GET", "/organisations")
def _organisations(app: Application, path: dict[str, str], body: Json) -> Json:
    return {"organisations": [shown_organisation(organisation) for organisation in organisations.everyone(app.store)]}


@_route("POST", "/organisations/{org}/settings")
def _settings(app: Application, path: dict[str, str], body: Json) -> Json:
    settings = organisations.change_settings(app.store, path["org"], body)
    return {name: getattr(settings, name) for name in settings.__slots__}


@_route("POST", "/organisations/{org}/connect")
def _connect(app: Application, path: dict[str, str], body: Json) -> Json:
    organisations.set_connected(app.store, path["org"], True)
    return {"connected": path["org"]}


@_route("POST", "/organisations/{org}/disconnect")
def _disconnect(app: Application, path: dict[str, str], body: Json) -> Json:
    organisations.set_connected(app.store, path["org"], False)
    return {"disconnected": path["org"]}


@_route("POST", "/organisations/{org}/locks")
def _locks(app: Application, path: dict[str, str], body: Json) -> Json:
    acts.set_locks(_books(app, path), _day(body, "period"), _day(body, "year"))
    return shown_organisation(organisations.existing_by_key(app.store, path["org"]))


@_route("POST", "/organisations/{org}/pay")
def _pay(app: Application, path: dict[str, str], body: Json) -> Json:
    cents = None if body.get("amount") is None else cents_of(body["amount"])
    if body.get("amount") is not None and cents is None:
        raise ValueError(f"amount is {body['amount']!r}; it must be an amount")
    return acts.pay(_books(app, path), _text(body, "document"), _text(body, "account"), cents, _day(body, "date"), body.get("reference"))


@_route("POST", "/organisations/{org}/void")
def _void(app: Application, path: dict[str, str], body: Json) -> Json:
    return acts.void(_books(app, path), _text(body, "document"))


@_route("POST", "/organisations/{org}/edit")
def _edit(app: Application, path: dict[str, str], body: Json) -> Json:
    return acts.edit(_books(app, path), _text(body, "document"), body.get("changes") or {})


@_route("POST", "/organisations/{org}/bills")
def _bill(app: Application, path: dict[str, str], body: Json) -> Json:
    return acts.type_bill(_books(app, path), body)


@_route("POST", "/organisations/{org}/accounts/archive")
def _archive_account(app: Application, path: dict[str, str], body: Json) -> Json:
    acts.archive_account(_books(app, path), _text(body, "account"), body.get("status", "ARCHIVED"))
    return {"archived": body["account"]}


@_route("POST", "/organisations/{org}/contacts/archive")
def _archive_contact(app: Application, path: dict[str, str], body: Json) -> Json:
    acts.archive_contact(_books(app, path), _text(body, "contact"), body.get("status", "ARCHIVED"))
    return {"archived": body["contact"]}


@_route("GET", "/organisations/{org}/documents")
def _documents(app: Application, path: dict[str, str], body: Json) -> Json:
    context = _books(app, path)
    columns = (
        "id, kind, type, number, contact_name, status, date, due_date, text, total_cents, due_cents, paid_cents, credited_cents, by_app"
    )
    sql = f"SELECT {columns} FROM documents WHERE org = ? AND (? IS NULL OR kind = ?) ORDER BY seq"
    found = app.store.rows(sql, (context.org, body.get("kind"), body.get("kind")))
    return {"documents": [dict(row) for row in found]}


@_route("GET", "/organisations/{org}/ledger")
def _ledger(app: Application, path: dict[str, str], body: Json) -> Json:
    context = _books(app, path)
    found = ledger.balances(app.store, context.org, _day(body, "date") or date(9999, 12, 31))
    by_code = {context.chart.by_id(account_id).code: str(amount(cents)) for account_id, cents in found.items() if cents}
    taxed = "SELECT account_id, tax_type, SUM(cents) AS cents FROM postings WHERE org = ? GROUP BY account_id, tax_type ORDER BY 1, 2"
    rows = app.store.rows(taxed, (context.org,))
    by_tax = [[context.chart.by_id(row["account_id"]).code, row["tax_type"], str(amount(row["cents"]))] for row in rows if row["cents"]]
    return {"balances": dict(sorted(by_code.items())), "by_tax_type": sorted(by_tax)}


@_route("POST", "/faults")
def _fault(app: Application, path: dict[str, str], body: Json) -> Json:
    return app.faults.add(body).as_json()


@_route("GET", "/faults")
def _faults(app: Application, path: dict[str, str], body: Json) -> Json:
    return {"faults": [fault.as_json() for fault in app.faults.all()]}


@_route("DELETE", "/faults")
def _no_faults(app: Application, path: dict[str, str], body: Json) -> Json:
    app.faults.clear()
    return {"faults": []}


@_route("POST", "/lag")
def _lag(app: Application, path: dict[str, str], body: Json) -> Json:
    app.faults.lag_seconds = _number(body, "seconds")
    return {"lag": str(app.faults.lag_seconds)}


@_route("POST", "/latency")
def _latency(app: Application, path: dict[str, str], body: Json) -> Json:
    app.faults.latency_seconds = _number(body, "seconds")
    app.faults.latency_per_element_seconds = _number({"per_element": 0} | body, "per_element")
    return {"latency": str(app.faults.latency_seconds), "per_element": str(app.faults.latency_per_element_seconds)}


@_route("GET", "/clock")
def _clock(app: Application, path: dict[str, str], body: Json) -> Json:
    return {"now": app.clock.now().isoformat()}


@_route("POST", "/clock/advance")
def _advance(app: Application, path: dict[str, str], body: Json) -> Json:
    app.clock.advance(_number(body, "seconds"))
    offset_ms = round(app.clock.offset.total_seconds() * 1000)
    app.store.run("INSERT OR REPLACE INTO meta VALUES ('clock_offset_ms', ?)", (str(offset_ms),))
    return {"now": app.clock.now().isoformat()}


@_route("GET", "/calls")
def _calls(app: Application, path: dict[str, str], body: Json) -> Json:
    return {"calls": calls.received(app.store, body.get("org") or None, int(body.get("after") or 0))}


@_route("DELETE", "/calls")
def _forget(app: Application, path: dict[str, str], body: Json) -> Json:
    calls.forget(app.store)
    return {"calls": []}
