"""Manual journals: at least two lines, balanced, without receivable, payable, retained earnings, bank and inventory accounts.

https://developer.xero.com/documentation/api/accounting/manualjournals
With tax (Exclusive or Inclusive) it is the lines with their tax that must balance, and the tax goes to the GST account.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from sandbox.xero import ledger
from sandbox.xero.context import Context
from sandbox.xero.documents import checks, journal_lines, lines, rows
from sandbox.xero.documents.lines import Line
from sandbox.xero.documents.rows import Document
from sandbox.xero.errors import Invalid, Unreadable
from sandbox.xero.ledger import Posting
from sandbox.xero.taxes import AMOUNT_TYPES, AmountType
from sandbox.xero.wire import Json, Raw, amount, compact, ms_date, ms_moment

STATUSES = ("DRAFT", "POSTED", "DELETED", "VOIDED", "ARCHIVED")
_FIELDS = ("Narration", "JournalLines", "Date", "LineAmountTypes", "Status", "Url", "ShowOnCashBasisReports")
_BAD_STATUS = "Manual Journal not of valid status for modification"


def write(context: Context, element: Json, creating: bool) -> tuple[Raw, list[str]]:
    """PUT (creating) or POST one journal, with the warnings it was saved with; Invalid with Xero's messages."""
    given_id = element.get("ManualJournalID")
    if given_id and creating:
        raise Invalid(f"Manual Journal {given_id} cannot be created with an ID. Use POST to update it.")
    given = {key: element[key] for key in _FIELDS if element.get(key) is not None}
    if not given_id:
        return _answer(*_build(context, given, None))
    return _answer(*update(context, rows.existing(context, "journal", str(given_id)), given))


def _answer(document: Document, warnings: list[str]) -> tuple[Raw, list[str]]:
    return rows.answer(document), warnings


def update(context: Context, found: Document, given: Json) -> tuple[Document, list[str]]:
    """Edit, post, void or delete a journal; Invalid where Xero refuses."""
    status = checks.choice(given, "Status", STATUSES, found.status)
    if found.status not in ("DRAFT", "POSTED"):
        raise Invalid(_BAD_STATUS)
    checks.not_locked(context, found.date)
    if status in ("DELETED", "VOIDED"):
        return remove(context, found, status), []
    if found.status == "POSTED" and status == "DRAFT":
        raise Invalid(_BAD_STATUS)
    merged = found.input | given | {"Status": status}
    if "JournalLines" not in given:
        merged["JournalLines"] = lines.kept(found.lines, given, found.input)
    return _build(context, merged, found)


def remove(context: Context, found: Document, status: str) -> Document:
    """Void a posted journal or delete a draft; Invalid where it is locked or of another status."""
    if (status, found.status) not in (("DELETED", "DRAFT"), ("VOIDED", "POSTED")):
        raise Invalid(_BAD_STATUS)
    checks.not_locked(context, found.date)
    ledger.take_back(context.store, found.id)
    gone = replace(found, status=status, input=found.input | {"Status": status})
    return rows.save(context, gone, _head(context, gone, []))


def _build(context: Context, given: Json, found: Document | None) -> tuple[Document, list[str]]:
    status = checks.choice(given, "Status", STATUSES, "DRAFT")
    if status not in ("DRAFT", "POSTED"):
        raise Invalid("Manual Journal not of valid status for creation")
    narration = checks.text(given, "Narration", 4000)
    if not narration or not narration.strip():
        raise Invalid("Narration must be specified.")
    day = checks.document_day(context, given)
    checks.not_locked(context, day)
    checks.url(given)
    made = _lines(context, given)
    warnings = _unknown(given, made)
    if warnings:
        status = "DRAFT"
    base = found or Document(rows.new_id(), "journal", "JOURNAL", status, day, given, by_app=context.by_app)
    kept = {key: value for key, value in given.items() if key != "JournalLines"} | {"Date": day.isoformat(), "Status": status}
    total = sum(line.gross_cents for line in made if line.gross_cents > 0)
    document = replace(base, status=status, date=day, text=narration, total_cents=total, lines=lines.wires(made), input=kept)
    ledger.take_back(context.store, document.id)
    if status == "POSTED":
        ledger.post(context.store, context.org, document.id, day, _postings(context, made))
    return rows.save(context, document, _head(context, document, warnings)), warnings


@dataclass(frozen=True, slots=True)
class _Maker:
    context: Context
    item: Json
    amount_type: AmountType

    def make(self) -> Line:
        return journal_lines.make(self.context, self.item, self.amount_type)


def _lines(context: Context, given: Json) -> list[Line]:
    items = given.get("JournalLines") or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unreadable("JournalLines must be a list of objects.")
    items = [item for item in items if not item.get("IsBlank")]
    if len(items) < 2:
        raise Invalid("A manual journal must have at least two journal lines.")
    limit = context.settings.max_lines
    if limit and len(items) > limit:
        raise Invalid(f"A document must not have more than {limit} lines.")
    amount_type = cast(AmountType, checks.choice(given, "LineAmountTypes", AMOUNT_TYPES, "NoTax"))
    made = lines.collect([_Maker(context, item, amount_type) for item in items])
    debits = sum(line.gross_cents for line in made if line.gross_cents > 0)
    credits = sum(line.gross_cents for line in made if line.gross_cents < 0)
    if debits + credits:
        raise Invalid(f"The total debits ({amount(debits)}) must equal total credits ({amount(credits)})")
    return made


def _unknown(given: Json, made: list[Line]) -> list[str]:
    items = [item for item in given["JournalLines"] if not item.get("IsBlank")]
    codes = [item.get("AccountCode") or item.get("AccountID") for item, line in zip(items, made, strict=True) if line.account is None]
    return [f"Account code '{code}' has been removed as it does not match a recognised account." for code in codes]


def _postings(context: Context, made: list[Line]) -> list[Posting]:
    tax = context.chart.system("GST").id
    return ledger.entry(Posting(tax, 0), lines.booked(made), tax, 1)


def _head(context: Context, document: Document, warnings: list[str]) -> Json:
    given = document.input
    return compact(
        {
            "ManualJournalID": document.id,
            "Date": ms_date(document.date),
            "Status": document.status,
            "LineAmountTypes": given.get("LineAmountTypes", "NoTax"),
            "UpdatedDateUTC": ms_moment(context.now_ms),
            "Narration": document.text,
            "Url": given.get("Url"),
            "ShowOnCashBasisReports": bool(given.get("ShowOnCashBasisReports", True)),
            "HasAttachments": False,
            "Warnings": [{"Message": warning} for warning in warnings] or None,
        }
    )
