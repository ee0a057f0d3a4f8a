"""Connecting organisations to Xero from the command line: `connect`, `disconnect`, and `connections`, which shows how each stands."""

from __future__ import annotations

import getpass
import webbrowser
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tillpost.cli_words import OrganisationOption, plain
from tillpost.config import load_site
from tillpost.errors import ConfigError

if TYPE_CHECKING:
    from tillpost.xero.tenants import Tenant

app = typer.Typer()
out = Console()

STYLES = {"working": "green", "refused": "red", "not configured": "red"}


@app.command()
def connect(
    organisation: OrganisationOption,
    tenant: Annotated[str, typer.Option("--tenant", help="The Xero organisation's id or name, where the consent reaches several.")] = "",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port of the redirect URI; 0 takes a free one.")] = 8739,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the consent page, or only print its address.")] = True,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=60, help="How long to wait for the consent.")] = 10,
    who: Annotated[str, typer.Option("--who", help="Who connects; without it, the user of this machine.")] = "",
) -> None:
    """Connect an organisation to Xero: ask for consent in the browser, or verify a custom connection. Safe to repeat."""
    from tillpost.flows.connections import Asking
    from tillpost.flows.connections import connect as connect_organisation

    def show(address: str) -> None:
        out.print(f"Open this page, sign in to Xero and choose the organisation (waiting for {minutes} minutes):")
        out.print(address, markup=False, highlight=False, soft_wrap=True)
        if browser:
            webbrowser.open(address)

    asking = Asking(show, _choose, port, minutes * 60, tenant)
    found = connect_organisation(load_site(), organisation, asking, who=who or getpass.getuser())
    out.print(f"{organisation} is connected to {found.tenant.name} ({found.tenant.tenant_id}).", markup=False, soft_wrap=True)
    if found.before:
        told = (
            f"It was bound to the Xero organisation {found.before}; nothing of it is posted there, so it is bound to this one from now on."
        )
        out.print(told, style="yellow", markup=False, soft_wrap=True)
    out.print(f"Scopes: {' '.join(found.scopes)}", markup=False, soft_wrap=True)
    if found.missing:
        out.print(f"Asked for, but not given by Xero: {' '.join(found.missing)}", style="yellow", markup=False, soft_wrap=True)
        raise typer.Exit(1)


@app.command()
def disconnect(
    organisation: OrganisationOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    who: Annotated[str, typer.Option("--who", help="Who disconnects; without it, the user of this machine.")] = "",
) -> None:
    """End an organisation's connection in Xero and forget its tokens. Its documents wait until it is connected again."""
    from tillpost.flows.connections import disconnect as disconnect_organisation

    if not yes:
        typer.confirm(f"Disconnect {organisation} from Xero?", abort=True)
    out.print(disconnect_organisation(load_site(), organisation, who=who or getpass.getuser()), markup=False, soft_wrap=True)


@app.command()
def connections() -> None:
    """Show each organisation's connection: its state, its Xero organisation, scopes, and when its consent ends. Asks nobody."""
    from tillpost.flows.connections import connection_rows

    rows = connection_rows(load_site())
    table = Table(title="Connections to Xero", title_justify="left")
    for name in ("Organisation", "Connection", "Grant", "State", "Xero organisation", "Ends"):
        table.add_column(name, overflow="fold")
    for row in rows:
        style = STYLES.get(row.state, "")
        state = f"[{style}]{row.state}[/]" if style else row.state
        ends = f"{row.expires_at:%Y-%m-%d} ({row.days_left} days)" if row.expires_at else ""
        table.add_row(plain(row.organisation), plain(row.conn_id), row.grant, state, plain(row.tenant), ends)
    out.print(table)
    for row in rows:
        said = (f"Scopes: {row.scopes}." if row.scopes else "", row.said)
        if any(said):
            out.print(f"{row.organisation}: {plain(' '.join(filter(None, said)))}", highlight=False, soft_wrap=True)
    if any(row.state in ("refused", "not configured") for row in rows):
        raise typer.Exit(1)


def _choose(tenants: Sequence[Tenant]) -> Tenant:
    """Ask which organisation it is for."""
    for number, tenant in enumerate(tenants, 1):
        out.print(f"{number}  {tenant.name} ({tenant.tenant_id})", markup=False, highlight=False)
    answer: int = typer.prompt("Which organisation (number)", type=int)
    if not 1 <= answer <= len(tenants):
        raise ConfigError(f"{answer} is none of them.", value=answer, allowed=[f"1 to {len(tenants)}"])
    return tenants[answer - 1]
