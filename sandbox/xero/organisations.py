"""The organisations (tenants) of the local Xero: creating, finding and showing them."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.xero import chart
from sandbox.xero.clock import from_ms
from sandbox.xero.settings import Settings, changed
from sandbox.xero.store import Store
from sandbox.xero.taxes import COUNTRIES, no_tax_type
from sandbox.xero.wire import Json, compact, dumps, loads, ms_date, ms_moment

# Xero writes time zones by Windows' names; those of other places are shown as UTC.
_ZONES = {
    "Australia/Melbourne": "AUSEASTERNSTANDARDTIME",
    "Australia/Sydney": "AUSEASTERNSTANDARDTIME",
    "Australia/Brisbane": "EAUSTRALIASTANDARDTIME",
    "Australia/Adelaide": "CENAUSTRALIASTANDARDTIME",
    "Australia/Darwin": "AUSCENTRALSTANDARDTIME",
    "Australia/Hobart": "TASMANIASTANDARDTIME",
    "Australia/Perth": "WAUSTRALIASTANDARDTIME",
    "Pacific/Auckland": "NEWZEALANDSTANDARDTIME",
    "Europe/London": "GMTSTANDARDTIME",
}
_YEAR_END = {"AU": (30, 6), "NZ": (31, 3), "GB": (31, 3)}


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; lock dates are the last locked day."""

    key: str
    tenant_id: str
    connection_id: str
    name: str
    country: str
    currency: str
    time_zone: str
    client_id: str
    period_lock: date | None
    year_lock: date | None
    created_ms: int
    settings: Settings
    connected: bool

    def today(self, now: datetime) -> date:
        """The date at this organisation's place."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def year_start(self, day: date) -> date:
        """The first day of the financial year that a date lies in."""
        month = _YEAR_END[self.country][1] + 1
        return date(day.year if day.month >= month else day.year - 1, month, 1)


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """What is needed to create an organisation; `accounts` in the form of a chart CSV."""

    key: str
    name: str
    country: str
    currency: str
    time_zone: str
    client_id: str
    client_secret: str
    accounts: list[dict[str, str]]
    settings: Json


def secret_digest(secret: str) -> str:
    """What is kept of a secret or a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create(store: Store, new: NewOrganisation, now_ms: int) -> Organisation:
    """Create an organisation, or return the existing one of this key unchanged; ValueError says what is wrong."""
    existing = by_key(store, new.key)
    if existing:
        return existing
    settings = _check(store, new)
    accounts = chart.rows_to_create(new.accounts)
    values = (
        *(new.key, str(uuid.uuid4()), str(uuid.uuid4()), new.name, new.country, new.currency, new.time_zone),
        *(new.client_id, secret_digest(new.client_secret), now_ms, dumps(settings)),
    )
    columns = "org, tenant_id, connection_id, name, country, currency, time_zone, client_id, client_secret, created_ms, settings"
    store.run(f"INSERT INTO organisations ({columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", values)
    chart.create(store, new.key, new.country, accounts, now_ms)
    return existing_by_key(store, new.key)


def _check(store: Store, new: NewOrganisation) -> Json:
    for field in ("key", "name", "client_id", "client_secret"):
        if not getattr(new, field):
            raise ValueError(f"an organisation needs a {field}")
    if not new.key.replace("-", "").replace("_", "").isalnum() or len(new.key) > 40:
        raise ValueError(f"key {new.key!r} may hold letters, digits, - and _ only, up to 40")
    if new.country not in COUNTRIES:
        raise ValueError(f"country {new.country!r} is not one of {', '.join(COUNTRIES)}")
    if len(new.currency) != 3 or not new.currency.isalpha() or not new.currency.isupper():
        raise ValueError(f"currency {new.currency!r} must be three capital letters")
    try:
        ZoneInfo(new.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"time zone {new.time_zone!r} is unknown") from None
    other = store.value("SELECT client_secret FROM organisations WHERE client_id = ?", (new.client_id,))
    if other and other != secret_digest(new.client_secret):
        raise ValueError(f"client_id {new.client_id!r} is used by another organisation with another secret")
    changed(Settings(), new.settings)
    return new.settings


def _organisation(row: sqlite3.Row) -> Organisation:
    return Organisation(
        row["org"],
        row["tenant_id"],
        row["connection_id"],
        row["name"],
        row["country"],
        row["currency"],
        row["time_zone"],
        row["client_id"],
        date.fromisoformat(row["period_lock"]) if row["period_lock"] else None,
        date.fromisoformat(row["year_lock"]) if row["year_lock"] else None,
        row["created_ms"],
        changed(Settings(), loads(row["settings"])),
        bool(row["connected"]),
    )


def by_key(store: Store, key: str) -> Organisation | None:
    """The organisation of a short key, or None."""
    row = store.row("SELECT * FROM organisations WHERE org = ?", (key,))
    return _organisation(row) if row else None


def existing_by_key(store: Store, key: str) -> Organisation:
    """The organisation of a short key; KeyError names a key that is unknown."""
    found = by_key(store, key)
    if found is None:
        raise KeyError(f"there is no organisation {key!r}")
    return found


def of_app(store: Store, client_id: str) -> list[Organisation]:
    """The organisations that an app was made for, in the order of their creation, whether it is connected to them now or not."""
    rows = store.rows("SELECT * FROM organisations WHERE client_id = ? ORDER BY created_ms, org", (client_id,))
    return [_organisation(row) for row in rows]


def of_client(store: Store, client_id: str) -> list[Organisation]:
    """The organisations that an app is connected to."""
    return [organisation for organisation in of_app(store, client_id) if organisation.connected]


def set_connected(store: Store, key: str, connected: bool) -> None:
    """Connect an organisation to its app, which makes a new connection, or end its connection."""
    existing_by_key(store, key)
    store.run("UPDATE organisations SET connected = ?, connection_id = ? WHERE org = ?", (connected, str(uuid.uuid4()), key))


def everyone(store: Store) -> list[Organisation]:
    """All organisations by key."""
    return [_organisation(row) for row in store.rows("SELECT * FROM organisations ORDER BY org")]


def set_locks(store: Store, key: str, period_lock: date | None, year_lock: date | None) -> None:
    """Set both lock dates; None takes a lock away."""
    values = (period_lock.isoformat() if period_lock else None, year_lock.isoformat() if year_lock else None, key)
    store.run("UPDATE organisations SET period_lock = ?, year_lock = ? WHERE org = ?", values)


def change_settings(store: Store, key: str, values: Json) -> Settings:
    """Change some settings; ValueError if one is unknown or not allowed."""
    existing_by_key(store, key)
    kept = loads(store.value("SELECT settings FROM organisations WHERE org = ?", (key,))) | values
    settings = changed(Settings(), kept)
    store.run("UPDATE organisations SET settings = ? WHERE org = ?", (dumps(kept), key))
    return settings


def connection_json(organisation: Organisation) -> Json:
    """A row of GET /connections."""
    created = from_ms(organisation.created_ms).replace(tzinfo=None).isoformat(timespec="microseconds")
    return {
        "id": organisation.connection_id,
        "authEventId": organisation.connection_id,
        "tenantId": organisation.tenant_id,
        "tenantType": "ORGANISATION",
        "tenantName": organisation.name,
        "createdDateUtc": created,
        "updatedDateUtc": created,
    }


def as_json(organisation: Organisation) -> Json:
    """An organisation as GET /Organisation shows it."""
    day, month = _YEAR_END[organisation.country]
    no_tax = no_tax_type(organisation.country)
    return compact(
        {
            "OrganisationID": organisation.tenant_id,
            "APIKey": None,
            "Name": organisation.name,
            "LegalName": organisation.name,
            "PaysTax": True,
            "Version": "UK" if organisation.country == "GB" else organisation.country,
            "OrganisationType": "COMPANY",
            "OrganisationEntityType": "COMPANY",
            "BaseCurrency": organisation.currency,
            "CountryCode": organisation.country,
            "IsDemoCompany": False,
            "OrganisationStatus": "ACTIVE",
            "FinancialYearEndDay": day,
            "FinancialYearEndMonth": month,
            "SalesTaxBasis": organisation.settings.sales_tax_basis,
            "DefaultSalesTax": "Tax Inclusive" if no_tax == "BASEXCLUDED" else "Tax Exclusive",
            "DefaultPurchasesTax": "Tax Inclusive" if no_tax == "BASEXCLUDED" else "Tax Exclusive",
            "PeriodLockDate": ms_date(organisation.period_lock) if organisation.period_lock else None,
            "EndOfYearLockDate": ms_date(organisation.year_lock) if organisation.year_lock else None,
            "CreatedDateUTC": ms_moment(organisation.created_ms),
            "Timezone": _ZONES.get(organisation.time_zone, "UTC"),
            "ShortCode": f"!{organisation.tenant_id[:5]}",
            "Class": "PREMIUM",
            "Edition": "BUSINESS",
            "Addresses": [],
            "Phones": [],
            "ExternalLinks": [],
            "PaymentTerms": _payment_terms(organisation.settings),
        }
    )


def _payment_terms(settings: Settings) -> Json:
    """The default due dates of bills and sales invoices; a side without one is left out."""
    sides = (("Bills", settings.bills_due, settings.bills_due_day), ("Sales", settings.sales_due, settings.sales_due_day))
    return {side: {"Day": number, "Type": kind} for side, kind, number in sides if kind}
