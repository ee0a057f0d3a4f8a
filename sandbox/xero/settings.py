"""What is uncertain about Xero, in one place: each point is a setting with the safer default.

Safer means: the answer that a careless client notices. Docs: docs/local_xero.md, "Uncertain points".
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

# What the number of a default due date counts; empty: the organisation has none.
DueType = Literal["", "DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The rules of one organisation; all can be set when it is created and later through the admin API."""

    minute_limit: int = 60
    day_limit: int = 5000
    concurrent_limit: int = 5
    app_minute_limit: int = 10_000
    window: Literal["fixed", "rolling"] = "fixed"
    refused_calls_count: bool = False
    idempotency_seconds: int = 360
    token_seconds: int = 1800
    refresh_grace_seconds: int = 1800
    tenant_header_required: bool = True
    journal_unknown_account: Literal["refuse", "warn"] = "refuse"
    bill_post_matches_number: bool = True
    negative_total: Literal["refuse", "allow"] = "refuse"
    lock_date_inclusive: bool = True
    number_taken_after_deletion: bool = True
    summary_keeps_amounts: bool = True
    max_rows: int = 100_000
    max_body_bytes: int = 3_500_000
    max_url_chars: int = 2_200
    max_lines: int = 0
    sales_tax_basis: Literal["ACCRUALS", "CASH", "NONE"] = "ACCRUALS"
    approved_invoices_a_month: int = 0
    approved_bills_a_month: int = 0
    not_allowed: str = ""
    sales_due: DueType = ""
    sales_due_day: int = 0
    bills_due: DueType = ""
    bills_due_day: int = 0


def changed(settings: Settings, values: dict[str, Any]) -> Settings:
    """The settings with some values changed; ValueError names an unknown setting or a value that is not allowed."""
    hints = get_type_hints(Settings)
    known = {field.name for field in fields(Settings)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"unknown setting {name!r}; there are: {', '.join(sorted(known))}")
        allowed = get_args(hints[name])
        if allowed and value not in allowed:
            raise ValueError(f"setting {name} is {value!r}; allowed: {', '.join(allowed)}")
        if not allowed and type(value) is not hints[name]:
            raise ValueError(f"setting {name} is {value!r}; it must be of type {hints[name].__name__}")
        if hints[name] is int and value < 0:
            raise ValueError(f"setting {name} is {value}; it must not be negative")
    return replace(settings, **values)
