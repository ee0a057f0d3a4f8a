"""What the organisation's plan lets it approve in a calendar month; 0 in the settings means no limit.

https://developer.xero.com/documentation/api/accounting/organisation#get-organisation-actions
"""

from __future__ import annotations

from sandbox.xero.context import Context
from sandbox.xero.documents.rows import Document
from sandbox.xero.errors import Invalid


def check(context: Context, document: Document) -> None:
    """Invalid if the plan's number of approved invoices or bills of this month is used up."""
    if document.kind != "invoice":
        return
    settings = context.settings
    limit = settings.approved_invoices_a_month if document.type == "ACCREC" else settings.approved_bills_a_month
    if limit and _approved(context, document) >= limit:
        raise Invalid("You have reached the limit of invoices you can approve")


def _approved(context: Context, document: Document) -> int:
    sql = (
        "SELECT COUNT(*) FROM documents WHERE org = ? AND kind = 'invoice' AND type = ? AND id <> ? AND status IN ('AUTHORISED', 'PAID')"
        " AND strftime('%Y-%m', created_ms / 1000, 'unixepoch') = ?"
    )
    month = context.now.strftime("%Y-%m")
    return int(context.store.value(sql, (context.org, document.type, document.id, month)))
