"""What every act on an organisation's books needs at hand: the store, the organisation, its chart and the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sandbox.xero import chart, taxes
from sandbox.xero.chart import Chart
from sandbox.xero.clock import to_ms
from sandbox.xero.organisations import Organisation
from sandbox.xero.settings import Settings
from sandbox.xero.store import Store
from sandbox.xero.taxes import TaxRate


@dataclass(frozen=True, slots=True)
class Context:
    """One request, or one act by hand (`by_app` false), on one organisation's books."""

    store: Store
    organisation: Organisation
    chart: Chart
    now: datetime
    by_app: bool = True

    @property
    def org(self) -> str:
        """The organisation's short key."""
        return self.organisation.key

    @property
    def settings(self) -> Settings:
        """The organisation's rules."""
        return self.organisation.settings

    @property
    def now_ms(self) -> int:
        """The present moment in milliseconds."""
        return to_ms(self.now)

    @property
    def today(self) -> date:
        """Today's date at the organisation's place."""
        return self.organisation.today(self.now)

    @property
    def rates(self) -> dict[str, TaxRate]:
        """The organisation's tax rates by code."""
        return taxes.RATES[self.organisation.country]

    @property
    def no_tax(self) -> TaxRate:
        """The rate of a line without tax."""
        return self.rates[taxes.no_tax_type(self.organisation.country)]


def open_books(store: Store, organisation: Organisation, now: datetime, by_app: bool = True) -> Context:
    """A context with the chart as it is now."""
    return Context(store, organisation, chart.load(store, organisation.key), now, by_app)
