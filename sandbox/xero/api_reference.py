"""The Accounting API, what documents refer to: organisation, accounts, tax rates, tracking; and the trial balance."""

from __future__ import annotations

from sandbox.xero import batch, chart, organisations, reports, taxes
from sandbox.xero.batch import Resource
from sandbox.xero.documents import checks, tracking
from sandbox.xero.errors import not_found
from sandbox.xero.http import Response
from sandbox.xero.routes import Call, route

TRACKING = Resource("TrackingCategories", "TrackingCategoryID")
OPTIONS = Resource("Options", "TrackingOptionID")
ACTIONS = ("CreateDraftInvoice", "CreateApprovedInvoice", "CreateDraftBill", "CreateApprovedBill", "CreateInvoicePayment")


@route("GET", "/Organisation")
def _organisation(call: Call) -> Response:
    return call.respond({"Organisations": [organisations.as_json(call.context.organisation)]})


@route("GET", "/Organisation/Actions")
def _actions(call: Call) -> Response:
    denied = [name for name in call.context.settings.not_allowed.split(",") if name]
    names = dict.fromkeys((*ACTIONS, *denied))
    return call.respond({"Actions": [{"Name": name, "Status": "NOT-ALLOWED" if name in denied else "ALLOWED"} for name in names]})


@route("GET", "/Accounts")
def _accounts(call: Call) -> Response:
    return call.respond({"Accounts": [chart.as_json(account) for account in call.context.chart.accounts]})


@route("GET", "/Accounts/{key}")
def _account(call: Call) -> Response:
    account = call.context.chart.find(call.path["key"]) or call.context.chart.find(None, call.path["key"])
    if account is None:
        raise not_found()
    return call.respond({"Accounts": [chart.as_json(account)]})


@route("GET", "/TaxRates")
def _tax_rates(call: Call) -> Response:
    return call.respond({"TaxRates": [taxes.as_json(rate) for rate in call.context.rates.values()]})


@route("GET", "/TrackingCategories")
def _tracking(call: Call) -> Response:
    found = call.context.store.rows("SELECT * FROM tracking WHERE org = ? ORDER BY name", (call.context.org,))
    return call.respond({"TrackingCategories": [tracking.as_json(row) for row in found]})


@route("PUT", "/TrackingCategories")
def _put_tracking(call: Call) -> Response:
    items = batch.elements(call.request, TRACKING)
    return batch.run(call.context, TRACKING, items, lambda item: tracking.create(call.context, item), {})


@route("PUT", "/TrackingCategories/{key}/Options")
def _put_option(call: Call) -> Response:
    items = batch.elements(call.request, OPTIONS)
    return batch.run(call.context, OPTIONS, items, lambda item: tracking.add_option(call.context, call.path["key"], item), {})


@route("GET", "/Reports/TrialBalance")
def _trial_balance(call: Call) -> Response:
    day = checks.day(call.context, {"date": call.request.query.get("date")}, "date") or call.context.today
    return call.respond({"Reports": [reports.trial_balance(call.context, day)]})
