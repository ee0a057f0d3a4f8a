"""All 44 days of the retailer's data through the main job into a local Xero: one run, the same flows as every night's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sandbox.online_retail import load
from sandbox.xero.client import AdminClient, read_chart
from sandbox.xero.serving import serve
from tillpost.config import Settings, Site, load_site
from tillpost.connection import Connection, connection_from_environment
from tillpost.flows.post import Posted, post
from tillpost.flows.prepare import Summary, extract_group, plan_run, settle

HERE = Path(__file__).resolve().parent
CHART = HERE.parent / "charts" / "retail.csv"
ORGANISATION, SECRET = "retail", "demo-secret-retail"
FIRST, END = date(2010, 12, 1), date(2011, 2, 1)


@dataclass(frozen=True, slots=True)
class RetailWorld:
    """The retailer's POS and a local Xero with its organisation, ready for the main job."""

    site: Site
    xero: AdminClient
    base_url: str


@contextmanager
def retail_world(root: Path, source: Path) -> Iterator[RetailWorld]:
    """Load the CSVs into a POS under ``root`` and serve a local Xero until the context ends; what ``root`` holds is kept."""
    root.mkdir(parents=True, exist_ok=True)
    load(source, root / "retail.sqlite")
    with serve(root / "xero.db") as served:
        served.admin.create_organisation(
            ORGANISATION, name="Online Retail", country="GB", currency="GBP", time_zone="Europe/London", accounts=read_chart(CHART),
            client_id="demo-app-retail", client_secret=SECRET,
        )  # fmt: skip
        yield RetailWorld(_site(root, served.base_url), served.admin, served.base_url)


def run_all_days(world: RetailWorld) -> tuple[Summary, Posted]:
    """Prepare and post every date of the data in one run."""
    groups = plan_run(world.site, ORGANISATION, FIRST.isoformat(), END.isoformat(), nightly=False)
    results = [extract_group(world.site, ORGANISATION, group, "retail") for group in groups]
    summary = settle(world.site, ORGANISATION, groups, results, "retail")
    return summary, post(world.site, ORGANISATION, holder="retail")


def _site(root: Path, base_url: str) -> Site:
    xero = {"conn_type": "xero", "login": "demo-app-retail", "password": SECRET, "extra": {"base_url": base_url}}
    environ = {
        "AIRFLOW_CONN_POS_RETAIL": json.dumps({"conn_type": "sqlite", "host": str(root / "retail.sqlite")}),
        "AIRFLOW_CONN_XERO_RETAIL": json.dumps(xero),
    }

    def connections(conn_id: str) -> Connection:
        return connection_from_environment(conn_id, environ)

    return load_site(Settings(HERE / "include", f"sqlite:///{root / 'tillpost.db'}", root / "data"), connections)
