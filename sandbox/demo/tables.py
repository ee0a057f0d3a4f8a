"""The tables of the demo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from tillpost.flows.status import NightRow

STYLES = {"posted": "green", "held": "yellow", "nothing_to_send": "dim"}


def night_table(night: date, rows: Mapping[str, Sequence[NightRow]]) -> Table:
    """One night: a line for each store and stream, by organisation, with the reasons for what is held."""
    table = Table(title=f"Night of {night:%A} {night.day} {night:%B %Y}", title_justify="left", title_style="bold")
    for name in ("Store", "Business date", "Stream"):
        table.add_column(name, no_wrap=True)
    for name in ("Sales/bills", "GST", "Tenders", "Documents"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("State", no_wrap=True)
    table.add_column("Why", ratio=1)
    for organisation, streams in rows.items():
        table.add_section()
        table.add_row(f"[bold]{escape(organisation)}[/]")
        for row in streams:
            table.add_row(*_cells(row))
    return table


def _cells(row: NightRow) -> Iterable[str]:
    from tillpost.model.money import format_cents

    amounts = ("" if cents is None else format_cents(cents) for cents in (row.gross_cents, row.gst_cents, row.tenders_cents))
    state = f"[{STYLES.get(row.state, 'red')}]{row.state.replace('_', ' ')}[/]"
    why = escape("\n".join(row.reasons))
    return (f"  {escape(row.store)}", str(row.business_date), row.stream.value, *amounts, str(row.documents), state, why)


def trial_balance(organisation: str, currency: str, balances: Mapping[str, str], names: Mapping[str, str]) -> tuple[Table, Decimal]:
    """The local Xero's trial balance, and what debits and credits differ by: zero, or something is wrong."""
    table = Table(title=f"Trial balance in the local Xero: {escape(organisation)} ({currency})", title_justify="left", title_style="bold")
    table.add_column("Account", no_wrap=True)
    table.add_column("Debit", justify="right")
    table.add_column("Credit", justify="right")
    amounts = {code: Decimal(text) for code, text in sorted(balances.items())}
    for code, amount in amounts.items():
        sides = (f"{amount:,.2f}" if amount > 0 else "", f"{-amount:,.2f}" if amount < 0 else "")
        table.add_row(f"{code} {escape(names.get(code, ''))}", *sides)
    debit = sum((amount for amount in amounts.values() if amount > 0), Decimal(0))
    credit = -sum((amount for amount in amounts.values() if amount < 0), Decimal(0))
    table.add_section()
    table.add_row("[bold]Total[/]", f"[bold]{debit:,.2f}[/]", f"[bold]{credit:,.2f}[/]")
    return table, debit - credit


def payment_table(rows: Iterable[Mapping[str, object]]) -> Table:
    """The payment status of the documents that were paid in the local Xero, as Tillpost has it and as the store's POS has it."""
    table = Table(title="Paid in Xero, and back again", title_justify="left", title_style="bold")
    for name in ("Document", "Contact", "Status in Tillpost", "Due", "Paid", "Paid on", "Status in the hire store's POS"):
        table.add_column(name, justify="right" if name in ("Due", "Paid") else "left")
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row.values()))
    return table
