"""`tillpost status --late`: what changed in the POS after a business date had been read for the first time, record by record."""

from __future__ import annotations

from datetime import date, timedelta

from rich.console import Console
from rich.table import Table

from tillpost.cli_words import plain
from tillpost.config import Site
from tillpost.model.money import format_cents

out = Console()


def show(site: Site, organisation: str, first: date, end: date) -> None:
    """Print the late changes of business dates [first, end): each with its amount before and after, and when it was seen."""
    from tillpost.flows.late import late_rows

    org = site.organisation(organisation)
    rows = late_rows(site, organisation, first, end)
    if not rows:
        out.print(f"{plain(org.name)}: nothing came late or was changed from {first} to {end - timedelta(days=1)}.", highlight=False)
        return
    table = Table(title=f"{plain(org.name)} ({org.currency}): late changes", title_justify="left")
    for name in ("Store", "Date", "Stream"):
        table.add_column(name, no_wrap=True)
    table.add_column("What", ratio=1)
    table.add_column("Change", no_wrap=True)
    for name in ("Before", "After"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Seen", no_wrap=True)
    for row in rows:
        amounts = ("" if cents is None else format_cents(cents) for cents in (row.before_cents, row.after_cents))
        table.add_row(plain(row.store), str(row.business_date), row.stream.value, plain(row.name), row.change, *amounts, row.seen_at)
    out.print(table)
