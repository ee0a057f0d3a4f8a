"""``tillpost mapping missing-accounts``: a chart for Xero's import, with the accounts that the mapping names and the chart lacks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tillpost.checks.mapping_matters import placed_rows
from tillpost.config import Site
from tillpost.flows.mappings import mapping_of_site
from tillpost.mapping.chart import read_chart
from tillpost.mapping.missing import import_rows
from tillpost.mapping.writing import write_rows


def write_missing_accounts(site: Site, organisation: str, chart: Path, file: Path, now: datetime) -> list[list[str]]:
    """Write the chart with what it lacks into a new file; the rows that were added. ``now`` is aware.

    Raises ConfigError where the mapping or the chart is wrong, or the file is there already.
    """
    org = site.organisation(organisation)
    read = len(read_chart(chart, org.country))
    stores = {store.key: store.name for store in org.stores.values()}
    placed = placed_rows(mapping_of_site(site, org), stores, now.astimezone(ZoneInfo(org.time_zone)).date())
    columns, rows = import_rows(chart, (one.row for one in placed if one.is_account), org.country)
    write_rows(file, columns, rows, overwrite=False)
    return rows[read:]
