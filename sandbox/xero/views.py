"""What the pages show, as plain values: read from the books, in cents, without any markup."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.xero import calls as call_log
from sandbox.xero import ledger, limits, organisations
from sandbox.xero.clock import from_ms, to_ms
from sandbox.xero.context import Context
from sandbox.xero.documents import rows
from sandbox.xero.errors import not_found
from sandbox.xero.reports import SECTIONS
from sandbox.xero.store import Store
from sandbox.xero.wire import cents_of, date_of, loads

PAGE_SIZE = 100
KINDS = {
    "ACCREC": "Sales invoice",
    "ACCPAY": "Bill",
    "ACCRECCREDIT": "Credit note",
    "ACCPAYCREDIT": "Supplier credit",
    "JOURNAL": "Manual journal",
    "RECEIVE": "Money received",
    "SPEND": "Money spent",
    "RECEIVE-OVERPAYMENT": "Overpayment received",
    "SPEND-OVERPAYMENT": "Overpayment made",
    "ACCRECPAYMENT": "Payment received",
    "ACCPAYPAYMENT": "Payment made",
    "ARCREDITPAYMENT": "Refund to customer",
    "APCREDITPAYMENT": "Refund from supplier",
    "AROVERPAYMENTPAYMENT": "Refund to customer",
    "APOVERPAYMENTPAYMENT": "Refund from supplier",
}
STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED", "POSTED", "PAID", "VOIDED", "DELETED")


def home(store: Store, now: datetime) -> dict[str, Any]:
    """All organisations, each with its number of documents and its quota."""
    found = []
    for organisation in organisations.everyone(store):
        count = "SELECT COUNT(*) FROM documents WHERE org = ? AND kind <> 'overpayment'"
        quota = limits.remaining(store, organisation, to_ms(now))
        found.append({"it": organisation, "documents": store.value(count, (organisation.key,)), "quota": quota})
    return {"organisations": found, "now": now}


def balance(books: Context, query: Mapping[str, str]) -> dict[str, Any]:
    """The trial balance at the end of a day, by section, and the lock dates."""
    until = date_of(query.get("date")) or books.today
    start = books.organisation.year_start(until)
    total = ledger.trial_balance(books.store, books.org, books.chart, start, until)
    sections = []
    for name, title in SECTIONS:
        shown = [(account, total[account.id]) for account in books.chart.accounts if account.account_class == name and account.id in total]
        if shown:
            sections.append((title, shown))
    debits = sum(cents for cents in total.values() if cents > 0)
    return {"until": until, "start": start, "sections": sections, "debits": debits, "credits": debits - sum(total.values())}


def documents(books: Context, query: Mapping[str, str]) -> dict[str, Any]:
    """Documents, newest first, by type, status and a text in number, contact, reference or narration."""
    conditions, values = ["org = ?", "kind <> 'overpayment'"], [books.org]
    for column in ("type", "status"):
        if query.get(column):
            conditions.append(f"{column} = ?")
            values.append(query[column])
    if query.get("q"):
        conditions.append("(instr(lower(IFNULL(number,'') || ' ' || IFNULL(contact_name,'') || ' ' || IFNULL(text,'')), lower(?)))")
        values.append(query["q"])
    where = " AND ".join(conditions)
    count = books.store.value(f"SELECT COUNT(*) FROM documents WHERE {where}", values)
    page = max(1, int(query["page"])) if query.get("page", "").isdecimal() else 1
    sql = f"SELECT * FROM documents WHERE {where} ORDER BY date DESC, seq DESC LIMIT ? OFFSET ?"
    found = books.store.rows(sql, (*values, PAGE_SIZE, (page - 1) * PAGE_SIZE))
    chosen = {name: query.get(name, "") for name in ("type", "status", "q")}
    pages = max(1, -(-count // PAGE_SIZE))
    return {"found": found, "count": count, "page": page, "pages": pages, "chosen": chosen, "kinds": KINDS, "statuses": STATUSES}


def document(books: Context, document_id: str) -> dict[str, Any]:
    """One document: its lines, what it did to the ledger, and what paid it."""
    row = books.store.row("SELECT * FROM documents WHERE org = ? AND id = ?", (books.org, document_id.lower()))
    if row is None:
        raise not_found()
    found = rows.of_row(row)
    postings = books.store.rows("SELECT * FROM postings WHERE document_id = ? ORDER BY seq", (found.id,))
    settling = "SELECT * FROM documents WHERE target = ? AND kind <> 'bank' ORDER BY seq"
    allocations = (
        "SELECT a.cents, a.date, d.id, d.type, d.number FROM allocations a JOIN documents d"
        " ON d.id = IIF(a.source = ?1, a.target, a.source) WHERE (a.source = ?1 OR a.target = ?1) AND a.deleted = 0 ORDER BY a.seq"
    )
    return {
        "document": found,
        "kind": KINDS.get(found.type, found.type),
        "kinds": KINDS,
        "lines": [_line(books, line) for line in loads(found.lines)],
        "postings": [(books.chart.by_id(item["account_id"]), item) for item in postings],
        "settling": books.store.rows(settling, (found.id,)),
        "allocations": books.store.rows(allocations, (found.id,)),
        "target": rows.of_row(target) if (target := _row(books, found.target)) else None,
        "updated": from_ms(found.updated_ms),
        "accounts": [account for account in books.chart.accounts if account.takes_payments and account.status == "ACTIVE"],
        "payable": found.kind in ("invoice", "credit_note", "overpayment") and found.status == "AUTHORISED" and found.due_cents > 0,
        "voidable": found.status in ("DRAFT", "SUBMITTED", "AUTHORISED", "POSTED") and not found.paid_cents + found.credited_cents,
        "today": books.today,
    }


def _row(books: Context, document_id: str | None) -> Any:
    return books.store.row("SELECT * FROM documents WHERE id = ?", (document_id,)) if document_id else None


def _line(books: Context, line: dict[str, Any]) -> dict[str, Any]:
    account = books.chart.find(line.get("AccountCode"), line.get("AccountID"))
    return {
        "description": line.get("Description", ""),
        "account": f"{account.code} {account.name}" if account else "",
        "quantity": line.get("Quantity"),
        "tax_type": line.get("TaxType", ""),
        "tracking": ", ".join(f"{item['Name']}: {item['Option']}" for item in line.get("Tracking", [])),
        "tax_cents": cents_of(line.get("TaxAmount", 0)) or 0,
        "cents": cents_of(line.get("LineAmount", 0)) or 0,
    }


def contacts(books: Context) -> dict[str, Any]:
    """All contacts with what is open on their invoices and bills."""
    sql = (
        "SELECT c.*, IFNULL(SUM(IIF(d.type = 'ACCREC', d.due_cents, 0)), 0) AS receivable,"
        " IFNULL(SUM(IIF(d.type = 'ACCPAY', d.due_cents, 0)), 0) AS payable FROM contacts c"
        " LEFT JOIN documents d ON d.org = c.org AND d.kind = 'invoice' AND d.contact_id = c.id AND d.status = 'AUTHORISED'"
        " WHERE c.org = ? GROUP BY c.seq ORDER BY c.name LIMIT 2000"
    )
    return {"contacts": books.store.rows(sql, (books.org,))}


def accounts(books: Context) -> dict[str, Any]:
    """The chart of accounts."""
    return {"accounts": books.chart.accounts}


def calls(books: Context) -> dict[str, Any]:
    """The last calls and what remains of the limits."""
    quota = limits.remaining(books.store, books.organisation, books.now_ms)
    shown = [{**call, "at": from_ms(call["at_ms"])} for call in call_log.latest(books.store, books.org, 200)]
    return {"calls": shown, "quota": quota, "settings": books.settings}
