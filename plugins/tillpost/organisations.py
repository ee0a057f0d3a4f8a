"""tillpost.yml: organisations, their stores and policies, read into frozen values; every mistake names file and line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tillpost.errors import ConfigError
from tillpost.model.findings import ALL_STORES
from tillpost.model.period import TradingClock
from tillpost.posting_rules import DEFAULT_RULES, PostingRules, read_posting_rules
from tillpost.yaml_lines import YamlMap, read_yaml

COUNTRIES = ("AU", "NZ", "GB")
MODES = ("batch", "real_time", "transaction")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORGANISATION_KEYS = (
    "name", "country", "currency", "time_zone", "xero", "prepare_at", "gst_basis", "look_back_days",
    "sales_document", "store_tracking", "posting", "stores",
)  # fmt: skip
STORE_KEYS = (
    "name", "pos", "connection", "pos_store", "time_zone", "cut_over", "starts_on", "send_as", "mode", "layby_recognition",
    "cash_contracts", "auto_allocate", "split_mixed_tax", "approval", "ready_when", "closed_weekdays", "closed_dates",
    "rounding", "payment_status_connection", "number", "tag", "sales_as", "debtor", "debtor_grain", "surplus",
    "before_start", "posted_changes",
)  # fmt: skip
# What organisations, stores and POS systems may be called.
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Store:
    """One store: where its POS is, how it reads the clock, and the policies of its books (docs/configuration.md)."""

    key: str
    name: str
    pos: str
    connection: str
    pos_store: str
    clock: TradingClock
    starts_on: date
    send_as: str = "authorised"
    mode: str = "batch"
    mode_changes: tuple[tuple[date, str], ...] = ()
    send_as_changes: tuple[tuple[date, str], ...] = ()
    sales_as: str = "journal"
    debtor: str = ""
    debtor_grain: str = "per_sale"
    surplus: str = "credit_note"
    before_start: str = "hold"
    posted_changes: str = "hold"
    layby_recognition: str = "final_payment"
    cash_contracts: str = "default_customer"
    auto_allocate: bool = False
    split_mixed_tax: bool = False
    approval: str = "none"
    ready_when: str = "closed"
    closed_weekdays: tuple[int, ...] = ()
    closed_dates: tuple[date, ...] = ()
    rounding: str = "half_up"
    payment_status_connection: str = ""
    number: str = ""
    tag: str = ""

    def mode_on(self, day: date) -> str:
        """The mode in force on a business date: the last change that has begun, else ``mode``."""
        return _in_force(self.mode, self.mode_changes, day)

    def sends_drafts_on(self, day: date) -> bool:
        """Whether documents of a business date arrive as drafts, so that people approve them and enter their payments."""
        return _in_force(self.send_as, self.send_as_changes, day) == "draft"

    def debtor_on(self, day: date) -> str:
        """Whose invoice an account sale of that date is: ``pos_debtor`` or ``customer``; by the mode where the store does not say."""
        return self.debtor or ("pos_debtor" if self.mode_on(day) == "batch" else "customer")

    def is_closed_on(self, day: date) -> bool:
        """Whether the store's calendar says that it does not trade on that business date."""
        return day.weekday() in self.closed_weekdays or day in self.closed_dates


@dataclass(frozen=True, slots=True)
class Organisation:
    """One Xero organisation and its stores."""

    key: str
    name: str
    country: str
    currency: str
    time_zone: str
    xero: str
    prepare_at: time
    stores: Mapping[str, Store]
    gst_basis: str = "accrual"
    look_back_days: int = 7
    sales_document: str = "per_store"
    store_tracking: str = ""
    posting: PostingRules = DEFAULT_RULES

    def store_name(self, key: str) -> str:
        """A store's name for a reader, "All stores" for their common document; the key where it is not in tillpost.yml."""
        if key == ALL_STORES:
            return "All stores"
        return self.stores[key].name if key in self.stores else key

    def store(self, key: str) -> Store:
        """The store of that key; ConfigError naming the known ones otherwise."""
        if key not in self.stores:
            raise ConfigError(f"organisation {self.key!r} has no store {key!r}.", value=key, allowed=self.stores)
        return self.stores[key]


def load_organisations(file: Path) -> dict[str, Organisation]:
    """The organisations of a tillpost.yml; raises ConfigError with file and line."""
    root = read_yaml(file)
    root.check_keys(("version", "organisations"), ("version", "organisations"), "tillpost.yml")
    root.choice("version", ("1",))
    organisations = root.map("organisations")
    found = {key: _organisation(_checked_key(organisations, key), organisations.map(key)) for key in organisations.values}
    _check_connections(organisations, found)
    return found


def _organisation(key: str, raw: YamlMap) -> Organisation:
    raw.check_keys(ORGANISATION_KEYS, ("name", "country", "currency", "time_zone", "xero", "prepare_at", "stores"), f"organisation {key!r}")
    zone = _zone(raw, "time_zone")
    stores = raw.map("stores")
    organisation = Organisation(
        key=key,
        name=raw.text("name"),
        country=raw.choice("country", COUNTRIES),
        currency=raw.text("currency"),
        time_zone=zone,
        xero=raw.text("xero"),
        prepare_at=_time(raw, "prepare_at", ""),
        stores={name: _store(_checked_key(stores, name), stores.map(name), zone) for name in stores.values},
        gst_basis=raw.choice("gst_basis", ("accrual", "cash", "hybrid")),
        look_back_days=_whole_number(raw, "look_back_days", "7"),
        sales_document=raw.choice("sales_document", ("per_store", "per_organisation")),
        store_tracking=raw.text("store_tracking"),
        posting=read_posting_rules(raw.map("posting")) if "posting" in raw.values else DEFAULT_RULES,
    )
    if organisation.sales_document == "per_organisation":
        _check_together(raw, organisation)
    return organisation


def _check_connections(raw: YamlMap, found: Mapping[str, Organisation]) -> None:
    """A connection leads to one Xero organisation: of two companies that share it, one would get the other's documents."""
    used: dict[str, str] = {}
    for key, organisation in found.items():
        other = used.setdefault(organisation.xero, key)
        if other != key:
            raise raw.map(key).error(
                f"'xero' is {organisation.xero!r}, which is the connection of organisation {other!r}: each needs one of its own, with the "
                "same client id where one app in Xero serves both.",
                "xero",
            )


def _check_together(raw: YamlMap, organisation: Organisation) -> None:
    """One document for all stores tells them apart by a tracking category, and is one of two kinds."""
    if not organisation.store_tracking:
        raise raw.error(
            "'sales_document' is 'per_organisation': it needs 'store_tracking', which tells the stores apart.", "sales_document"
        )
    forms = {s.key: s.sales_as for s in organisation.stores.values() if "batch" in (s.mode, *(mode for _, mode in s.mode_changes))}
    if len(set(forms.values())) > 1:
        told = ", ".join(f"{key} {form}" for key, form in forms.items())
        raise raw.error(f"'sales_document' is 'per_organisation': all stores need the same 'sales_as' ({told}).", "sales_document")


def _store(key: str, raw: YamlMap, zone: str) -> Store:
    raw.check_keys(STORE_KEYS, ("name", "pos", "connection", "pos_store", "starts_on"), f"store {key!r}")
    mode, mode_changes = _by_date(raw, "mode", MODES)
    send_as, send_as_changes = _by_date(raw, "send_as", ("authorised", "draft"))
    return Store(
        key=key,
        name=raw.text("name"),
        pos=_checked_word(raw, "pos"),
        connection=raw.text("connection"),
        pos_store=raw.text("pos_store"),
        clock=TradingClock(_zone(raw, "time_zone") if "time_zone" in raw.values else zone, _time(raw, "cut_over", "04:00")),
        starts_on=_date(raw, "starts_on", raw.text("starts_on")),
        send_as=send_as,
        send_as_changes=send_as_changes,
        mode=mode,
        mode_changes=mode_changes,
        sales_as=raw.choice("sales_as", ("journal", "invoice")),
        debtor=raw.choice("debtor", ("pos_debtor", "customer")) if "debtor" in raw.values else "",
        debtor_grain=raw.choice("debtor_grain", ("per_sale", "per_date")),
        surplus=raw.choice("surplus", ("credit_note", "deposit")),
        before_start=raw.choice("before_start", ("hold", "credit")),
        posted_changes=raw.choice("posted_changes", ("hold", "adjust")),
        layby_recognition=raw.choice("layby_recognition", ("final_payment", "each_payment", "sale_date")),
        cash_contracts=raw.choice("cash_contracts", ("default_customer", "customer")),
        auto_allocate=raw.flag("auto_allocate"),
        split_mixed_tax=raw.flag("split_mixed_tax"),
        approval=raw.choice("approval", ("none", "required")),
        ready_when=raw.choice("ready_when", ("closed", "reconciled")),
        closed_weekdays=tuple(_weekday(raw, day) for day in raw.texts("closed_weekdays")),
        closed_dates=tuple(_date(raw, "closed_dates", day) for day in raw.texts("closed_dates")),
        rounding=raw.choice("rounding", ("half_up", "half_even")),
        payment_status_connection=raw.text("payment_status_connection"),
        number=_digits(raw, "number", raw.text("pos_store")),
        tag=raw.text("tag", raw.text("name")),
    )


def _by_date(raw: YamlMap, key: str, allowed: tuple[str, ...]) -> tuple[str, tuple[tuple[date, str], ...]]:
    """One value for ever, or values by the business date from which each holds; the first one counts for all earlier dates too."""
    if not isinstance(raw.values.get(key), YamlMap):
        return raw.choice(key, allowed), ()
    by_date = raw.map(key)
    if not by_date.values:
        raise raw.error(f"{key!r} names no date.", key)
    changes = sorted((_date(by_date, start, start), by_date.choice(start, allowed)) for start in by_date.values)
    return changes[0][1], tuple(changes[1:])


def _in_force(first: str, changes: tuple[tuple[date, str], ...], day: date) -> str:
    """The last value that has begun by a date."""
    begun = [value for start, value in changes if start <= day]
    return begun[-1] if begun else first


def _digits(raw: YamlMap, key: str, default: str) -> str:
    """The store's number for ``#`` in account codes: the digits given, or those of its number in the POS."""
    text = raw.text(key)
    if text and not text.isdigit():
        raise raw.error(f"{key!r} is {text!r}; write digits only.", key)
    return text or "".join(c for c in default if c.isdigit())


def _checked_key(raw: YamlMap, key: str) -> str:
    """Keys go into paths, document numbers and DAG names, so that they are kept plain."""
    if not KEY.match(key):
        raise raw.error(f"the name {key!r} must start with a small letter and hold small letters, digits and _ only.", key)
    return key


def _checked_word(raw: YamlMap, key: str) -> str:
    value = raw.text(key)
    if not KEY.match(value):
        raise raw.error(f"{key!r} is {value!r}: it names a folder of sql/ and must hold small letters, digits and _ only.", key)
    return value


def _zone(raw: YamlMap, key: str) -> str:
    name = raw.text(key)
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        raise raw.error(f"{key!r} is {name!r}, which is not an IANA time zone such as Australia/Melbourne.", key) from None


def _time(raw: YamlMap, key: str, default: str) -> time:
    text = raw.text(key, default)
    if not re.match(r"([01]\d|2[0-3]):[0-5]\d\Z", text):
        raise raw.error(f'{key!r} is {text!r}; write an hour as "04:00", in quotes.', key)
    return time.fromisoformat(text)


def _date(raw: YamlMap, key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise raw.error(f"{key!r} is {text!r}; write a date as 2026-10-31.", key) from None


def _weekday(raw: YamlMap, text: str) -> int:
    if text not in WEEKDAYS:
        raise raw.error(f"'closed_weekdays' holds {text!r}.", "closed_weekdays", WEEKDAYS)
    return WEEKDAYS.index(text)


def _whole_number(raw: YamlMap, key: str, default: str) -> int:
    text = raw.text(key, default)
    if not text.isdigit():
        raise raw.error(f"{key!r} is {text!r}; write a whole number of days.", key)
    return int(text)
