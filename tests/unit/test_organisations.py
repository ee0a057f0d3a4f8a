"""tillpost.yml: what it is read as, and what every mistake is told as."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date, time
from pathlib import Path

import pytest

from tillpost.config import PROJECT, Settings, load_site
from tillpost.errors import ConfigError
from tillpost.model.period import TradingClock
from tillpost.organisations import ORGANISATION_KEYS, STORE_KEYS, Store, load_organisations
from tillpost.posting_rules import KEYS as POSTING_KEYS
from tillpost.posting_rules import PostingRules

TEXT = """\
version: 1
organisations:
  city:
    name: City Shops
    country: NZ
    currency: NZD
    time_zone: Pacific/Auckland
    xero: xero_city
    prepare_at: "06:00"
    stores:
      quay:
        name: Quay Street
        pos: idealpos
        connection: pos_quay
        pos_store: "07"
        starts_on: 2026-10-01
        closed_weekdays: [sunday]
"""


def _load(tmp_path: Path, text: str = TEXT):  # type: ignore[no-untyped-def]
    (tmp_path / "tillpost.yml").write_text(text)
    return load_organisations(tmp_path / "tillpost.yml")


def test_a_store_takes_the_zone_of_its_organisation_and_the_usual_policies(tmp_path: Path) -> None:
    store = _load(tmp_path)["city"].store("quay")
    assert store == Store(
        "quay",
        "Quay Street",
        "idealpos",
        "pos_quay",
        "07",
        TradingClock("Pacific/Auckland", time(4)),
        date(2026, 10, 1),
        closed_weekdays=(6,),
        number="07",
        tag="Quay Street",
    )
    assert store.is_closed_on(date(2026, 10, 4)) and not store.is_closed_on(date(2026, 10, 5))


def test_drafts_end_with_a_date(tmp_path: Path) -> None:
    sends = "[sunday]\n        send_as: {2026-10-01: draft, 2026-11-01: authorised}"
    store = _load(tmp_path, TEXT.replace("[sunday]", sends))["city"].store("quay")
    assert [store.sends_drafts_on(day) for day in (date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1))] == [True, True, False]


def test_a_mode_holds_from_its_date(tmp_path: Path) -> None:
    modes = "[sunday]\n        mode: {2026-12-01: real_time, 2026-10-01: batch, 2026-11-01: transaction}"
    store = _load(tmp_path, TEXT.replace("[sunday]", modes))["city"].store("quay")
    days = [date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 1)]
    assert [store.mode_on(day) for day in days] == ["batch", "batch", "transaction", "real_time"]
    assert [store.debtor_on(day) for day in days] == ["pos_debtor", "pos_debtor", "customer", "customer"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("currency: NZD", "curency: NZD", "tillpost.yml:6: organisation 'city' has no setting 'curency'. Allowed: " + ", ".join(ORGANISATION_KEYS) + "."),
        ("        pos: idealpos\n", "", "tillpost.yml:12: store 'quay' needs the setting 'pos'."),
        ("country: NZ", "country: US", "tillpost.yml:5: 'country' is 'US'. Allowed: AU, NZ, GB."),
        ("time_zone: Pacific/Auckland", "time_zone: NZDT", "tillpost.yml:7: 'time_zone' is 'NZDT', which is not an IANA time zone such as Australia/Melbourne."),
        ('prepare_at: "06:00"', "prepare_at: 6 am", "tillpost.yml:9: 'prepare_at' is '6 am'; write an hour as \"04:00\", in quotes."),
        ("starts_on: 2026-10-01", "starts_on: 1 October", "tillpost.yml:16: 'starts_on' is '1 October'; write a date as 2026-10-31."),
        ("[sunday]", "[sundays]", "tillpost.yml:17: 'closed_weekdays' holds 'sundays'. Allowed: monday, tuesday, wednesday, thursday, friday, saturday, sunday."),
        ("pos: idealpos", "pos: ../idealpos", "tillpost.yml:13: 'pos' is '../idealpos': it names a folder of sql/ and must hold small letters, digits and _ only."),
        ("[sunday]", "[sunday]\n        mode: {}", "tillpost.yml:18: 'mode' names no date."),
        ("[sunday]", "[sunday]\n        mode: {2026-10-05: ledger}", "tillpost.yml:18: '2026-10-05' is 'ledger'. Allowed: batch, real_time, transaction."),
        ("[sunday]", "[sunday]\n        number: one", "tillpost.yml:18: 'number' is 'one'; write digits only."),
        ("quay:", "Quay St:", "tillpost.yml:11: the name 'Quay St' must start with a small letter and hold small letters, digits and _ only."),
        ("    name: City Shops", "    name: City Shops\n    name: Twice", "tillpost.yml:5: 'name' stands here a second time (first in line 4)."),
        ("version: 1", "version: 2", "tillpost.yml:1: 'version' is '2'. Allowed: 1."),
        ("  city:", "  city: [", "tillpost.yml:"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_line_and_choices(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigError) as problem:
        _load(tmp_path, TEXT.replace(old, new, 1))
    told = str(problem.value).replace(str(tmp_path) + "/", "")
    assert told == message or (message == "tillpost.yml:" and re.match(r"tillpost.yml:\d+: not readable as YAML", told))


TWO = (
    TEXT.replace("    stores:\n", "    sales_document: per_organisation\n    store_tracking: Store\n    stores:\n")
    + """\
      pier:
        name: Pier
        pos: idealpos
        connection: pos_pier
        pos_store: "08"
        starts_on: 2026-10-01
        sales_as: invoice
"""
)


def test_one_document_for_all_stores_needs_a_tracking_category_and_one_form(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tillpost.yml:10: 'sales_document' is 'per_organisation': it needs 'store_tracking'"):
        _load(tmp_path, TWO.replace("    store_tracking: Store\n", ""))
    with pytest.raises(ConfigError, match=r"tillpost.yml:10: .*all stores need the same 'sales_as' \(quay journal, pier invoice\)\."):
        _load(tmp_path, TWO)
    assert _load(tmp_path, TWO.replace("sales_as: invoice", "sales_as: journal"))["city"].store_name("_all") == "All stores"
    assert _load(tmp_path, TWO + "        mode: transaction\n")["city"].store_name("pier") == "Pier"


def test_a_connection_is_of_one_organisation(tmp_path: Path) -> None:
    second = TEXT[TEXT.index("  city:") :].replace("  city:", "  shore:")
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, TEXT + second)
    assert (caught.value.line, str(caught.value).partition(": ")[2]) == (
        23,
        "'xero' is 'xero_city', which is the connection of organisation 'city': each needs one of its own, with the same client id where "
        "one app in Xero serves both.",
    )
    assert list(_load(tmp_path, TEXT + second.replace("xero_city", "xero_shore"))) == ["city", "shore"]


def test_how_an_organisation_is_posted(tmp_path: Path) -> None:
    first, rest = TWO.replace("sales_as: invoice", "sales_as: journal").split("    stores:\n", 1)
    told = (
        "    posting:\n      locked_period: first_open_day\n      lanes: {}\n      calls_a_day: 1000\n      evidence: note\n    stores:\n"
    )
    assert _load(tmp_path, first + "    stores:\n" + rest)["city"].posting == PostingRules("hold", 4, 5_000, 20, "none")
    assert _load(tmp_path, first + told.format(5) + rest)["city"].posting == PostingRules("first_open_day", 5, 1_000, 20, "note")
    with pytest.raises(ConfigError, match=r"tillpost.yml:\d+: 'lanes' is '6'; write a whole number from 1 to 5\."):
        _load(tmp_path, first + told.format(6) + rest)


def test_a_missing_file_names_the_setting_that_finds_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TILLPOST_INCLUDE names the folder"):
        load_site(Settings.from_environment({"TILLPOST_INCLUDE": str(tmp_path)}))


def test_an_unknown_organisation_is_told_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"organisation 'harbor' is not in this file. Allowed: harbour, kauri"):
        load_site(Settings.from_environment({})).organisation("harbor")


def test_the_defaults_lie_in_the_clone() -> None:
    settings = Settings.from_environment({})
    assert (settings.include, settings.data) == (PROJECT / "include", PROJECT / "var" / "data")
    assert settings.db_url.startswith("sqlite:///")


def test_every_setting_is_documented() -> None:
    text = (PROJECT / "docs" / "configuration.md").read_text()
    for name in (*ORGANISATION_KEYS, *POSTING_KEYS, *STORE_KEYS, "TILLPOST_INCLUDE", "TILLPOST_DB_URL", "TILLPOST_DATA"):
        assert f"`{name}`" in text, name
    assert {field.name for field in fields(Store)} - {"key", "clock", "mode_changes", "send_as_changes"} <= set(STORE_KEYS)
