"""``make demo-retail``: 44 days of a real retailer through the main job into a local Xero, compared with the CSVs to the penny."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox.online_retail.run import END, FIRST, ORGANISATION, RetailWorld, retail_world, run_all_days
from tillpost.flows.status import night_rows
from tillpost.model.findings import Stream
from tillpost.model.money import cents_of_text, format_cents

PROJECT = Path(__file__).resolve().parents[1]
SOURCE = Path(os.environ.get("TILLPOST_RETAIL_DATA") or PROJECT.parent / "shared" / "data" / "online_retail")
out = Console()


def main() -> int:
    """Run it and print what came of it; 0 when every date is posted and the ledger equals the tills."""
    if not SOURCE.is_dir():
        out.print(f"The retailer's data is not at {SOURCE}.", markup=False)
        out.print("docs/online_retail.md says where it is to be had; TILLPOST_RETAIL_DATA names its folder.")
        return 2
    begun = time.monotonic()
    with retail_world(PROJECT / "var" / "retail", SOURCE) as world:
        with out.status("Reading 44 days, checking, building, posting …"):
            summary, posted = run_all_days(world)
        good = _show(world)
        for problem in summary["problems"]:
            out.print(problem, style="yellow", markup=False)
    out.print(f"{posted['posted']} documents posted in {posted['calls']} calls, {time.monotonic() - begun:.0f} s in all.")
    if not posted["posted"]:
        out.print("Everything was in Xero already: nothing was sent a second time.")
    out.print(f"Reports: {len(summary['reports'])} pages in var/retail/data/reports/{ORGANISATION}/, one a date.")
    return 0 if good and not summary["problems"] else 1


def _show(world: RetailWorld) -> bool:
    rows = [row for row in night_rows(world.site, ORGANISATION, FIRST, END) if row.stream is Stream.SALES]
    table = Table(title="Online Retail (GBP), one sales document a date", title_justify="left")
    for name in ("Date", "Gross", "VAT", "Tenders", "Documents", "State"):
        table.add_column(name, justify="right" if name in ("Gross", "VAT", "Tenders", "Documents") else "left")
    for row in rows:
        amounts = [format_cents(cents or 0) for cents in (row.gross_cents, row.gst_cents, row.tenders_cents)]
        table.add_row(str(row.business_date), *amounts, str(row.documents), row.state.replace("_", " "))
    out.print(table)
    gross = sum(row.gross_cents or 0 for row in rows)
    card = cents_of_text(world.xero.balances(ORGANISATION).get("102", "0"))
    verdict = "equal" if gross == card else "DIFFERENT"
    out.print(f"Gross of all dates {format_cents(gross)}, card clearing account in Xero {format_cents(card)}: {verdict}.")
    return gross == card and all(row.state in ("posted", "nothing_to_send") for row in rows)


if __name__ == "__main__":
    sys.exit(main())
