"""The validation reports inside Airflow: Browse, Tillpost reports. Read-only, and for users of Airflow only.

Airflow puts no authentication on a plugin's app, so the app brings its own dependency; its schema pages are off because
such a dependency does not cover them. A path is made of a checked name and a date, never of what the address holds.
"""

from __future__ import annotations

from datetime import date
from html import escape
from pathlib import Path
from typing import Annotated, Any, ClassVar

from airflow.api_fastapi.core_api.security import AccessView, requires_access_view
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse

from tillpost.config import Settings

PREFIX = "/tillpost"
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:", "X-Content-Type-Options": "nosniff"}
OrganisationKey = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

app = FastAPI(dependencies=[Depends(requires_access_view(AccessView.WEBSITE))], docs_url=None, redoc_url=None, openapi_url=None)


def reports() -> Path:
    return Settings.from_environment().data / "reports"


@app.get("/reports")
def list_reports() -> HTMLResponse:
    found = sorted(((escape(file.stem), escape(file.parent.name)) for file in reports().glob("*/????-??-??.html")), reverse=True)
    links = "".join(f'<li><a href="reports/{organisation}/{day}">{day} {organisation}</a></li>' for day, organisation in found)
    return HTMLResponse(f"<!doctype html><title>Reports</title><h1>Validation reports</h1><ul>{links or 'None yet.'}</ul>", headers=HEADERS)


@app.get("/reports/{organisation}/{day}")
def show_report(organisation: OrganisationKey, day: date) -> HTMLResponse:
    file = reports() / organisation / f"{day.isoformat()}.html"
    if not file.is_file():
        raise HTTPException(404, f"There is no report of {organisation} for {day}. It is written when that date is prepared.")
    return HTMLResponse(file.read_text(encoding="utf-8"), headers=HEADERS)


class TillpostPlugin(AirflowPlugin):  # type: ignore[misc]
    name = "tillpost"
    fastapi_apps: ClassVar[list[dict[str, Any]]] = [{"app": app, "url_prefix": PREFIX, "name": "Tillpost"}]
    external_views: ClassVar[list[dict[str, Any]]] = [
        {"name": "Tillpost reports", "href": f"{PREFIX}/reports", "url_route": "tillpost", "category": "browse", "destination": "nav"}
    ]
