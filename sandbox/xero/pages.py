"""Pages for people: the books at a glance, and the everyday acts as buttons. Rendered here, without scripts or outside resources.

A form is taken only from a page of this server itself (Origin or Referer names the same host).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.xero import acts, organisations, views
from sandbox.xero.context import Context, open_books
from sandbox.xero.errors import ApiError, Invalid
from sandbox.xero.http import Request, Response, path_pattern
from sandbox.xero.wire import cents_of, date_of

if TYPE_CHECKING:
    from sandbox.xero.app import Application

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def money(cents: int) -> str:
    """Cents with thousands apart and a real minus sign: -123456 -> −1,234.56."""
    whole, part = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}{whole:,}.{part:02d}"


def day(value: date | str | None) -> str:
    """A date for people: 3 Mar 2026."""
    if not value:
        return ""
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{found.day} {found:%b %Y}"


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_TEMPLATES.filters.update(money=money, day=day)
View = Callable[["Application", Context, Request, dict[str, str]], tuple[str, dict[str, Any]]]
_VIEWS: tuple[tuple[Any, View], ...] = (
    (path_pattern("/o/{org}"), lambda app, books, request, path: ("balance.html", views.balance(books, request.query))),
    (path_pattern("/o/{org}/documents"), lambda app, books, request, path: ("documents.html", views.documents(books, request.query))),
    (path_pattern("/o/{org}/documents/{id}"), lambda app, books, request, path: ("document.html", views.document(books, path["id"]))),
    (path_pattern("/o/{org}/contacts"), lambda app, books, request, path: ("contacts.html", views.contacts(books))),
    (path_pattern("/o/{org}/accounts"), lambda app, books, request, path: ("accounts.html", views.accounts(books))),
    (path_pattern("/o/{org}/calls"), lambda app, books, request, path: ("calls.html", views.calls(books))),
)
_ACT = path_pattern("/o/{org}/act/{act}")


def handle(app: Application, request: Request) -> Response:
    """Answer a page or take a form."""
    if request.method == "POST":
        return _take_form(app, request)
    if request.method not in ("GET", "HEAD"):
        return message(405, "This page can only be read.")
    if request.path == "/":
        return page("home.html", views.home(app.store, app.clock.now()), request)
    for pattern, view in _VIEWS:
        match = pattern.match(request.path)
        if match:
            return _view(app, request, view, match.groupdict())
    return message(404, "There is no such page.")


def _view(app: Application, request: Request, view: View, path: dict[str, str]) -> Response:
    organisation = organisations.by_key(app.store, path["org"])
    if organisation is None:
        return message(404, "There is no such organisation.")
    try:
        name, values = view(app, open_books(app.store, organisation, app.clock.now(), by_app=False), request, path)
    except ApiError:
        return message(404, "There is no such document.")
    return page(name, {"organisation": organisation, **values}, request)


def page(name: str, values: dict[str, Any], request: Request, form_action: str = "'self'") -> Response:
    """A page of a template; ``form_action``: where its forms may lead."""
    said = {"said": request.query.get("said", ""), "failed": request.query.get("failed", "")}
    html = _TEMPLATES.get_template(name).render(**{"organisation": None, "path": request.path, **said, **values})
    policy = _HEADERS["Content-Security-Policy"].replace("form-action 'self'", f"form-action {form_action}")
    return Response(200, html.encode(), "text/html; charset=utf-8", _HEADERS | {"Content-Security-Policy": policy})


def message(status: int, text: str) -> Response:
    """A page that only says something."""
    html = _TEMPLATES.get_template("message.html").render(organisation=None, path="", said="", failed="", text=text)
    return Response(status, html.encode(), "text/html; charset=utf-8", _HEADERS)


def same_origin(request: Request) -> bool:
    """Whether a form comes from a page of this very server."""
    source = request.headers.get("origin") or request.headers.get("referer") or ""
    return bool(source) and urlsplit(source).netloc == request.headers.get("host")


def _take_form(app: Application, request: Request) -> Response:
    match = _ACT.match(request.path)
    organisation = organisations.by_key(app.store, match["org"]) if match else None
    if match is None or organisation is None:
        return message(404, "There is no such page.")
    if not same_origin(request):
        return message(403, "This form was not sent from a page of the local stand-in, so nothing was done.")
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    back = f"/o/{quote(organisation.key)}{_back(form)}"
    try:
        with app.store.transaction():
            said = _act(open_books(app.store, organisation, app.clock.now(), by_app=False), match["act"], form)
    except (Invalid, ValueError) as error:
        return _redirect(back, "failed", str(error))
    except ApiError:
        return _redirect(back, "failed", "There is no such document.")
    return _redirect(back, "said", said)


def _back(form: dict[str, str]) -> str:
    pages = {"documents": "/documents", "accounts": "/accounts", "contacts": "/contacts"}
    if form.get("back") == "document":
        return f"/documents/{quote(form.get('document', ''), safe='')}"
    return pages.get(form.get("back", ""), "")


def _redirect(path: str, name: str, text: str) -> Response:
    return Response(303, headers={"Location": f"{path}?{urlencode({name: text})}"})


def _act(books: Context, act: str, form: dict[str, str]) -> str:
    if act == "pay":
        cents = cents_of(form.get("amount")) if form.get("amount") else None
        acts.pay(books, form.get("document", ""), form.get("account", ""), cents, _form_day(form, "date"))
        return "The payment is in the books."
    if act == "void":
        return f"The document is now {acts.void(books, form.get('document', ''))['Status'].lower()}."
    if act == "locks":
        acts.set_locks(books, _form_day(form, "period"), _form_day(form, "year"))
        return "The lock dates are set."
    if act in ("archive-account", "restore-account"):
        acts.archive_account(books, form.get("account", ""), "ARCHIVED" if act == "archive-account" else "ACTIVE")
        return "The account is archived." if act == "archive-account" else "The account is active again."
    if act in ("archive-contact", "restore-contact"):
        acts.archive_contact(books, form.get("contact", ""), "ARCHIVED" if act == "archive-contact" else "ACTIVE")
        return "The contact is archived." if act == "archive-contact" else "The contact is active again."
    raise ValueError("There is no such act.")


def _form_day(form: dict[str, str], name: str) -> date | None:
    if not form.get(name):
        return None
    found = date_of(form[name])
    if found is None:
        raise ValueError(f"{form[name]} is not a date.")
    return found
