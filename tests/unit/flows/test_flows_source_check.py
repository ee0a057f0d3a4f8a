"""`tillpost source check` on a corner shop: sums, keys and codes that do not fit, files that fail, dates, and what a script reads of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.unit.pos.conftest import shop
from tests.unit.pos.corner_shop import FILES, Shop
from tillpost.checks.rules import SOURCE_RULES
from tillpost.config import Settings, Site, load_site
from tillpost.connection import Connection
from tillpost.errors import ConfigError
from tillpost.flows.source_check import Asked, SourceCheck, check_source_of
from tillpost.flows.source_reach import tables_of
from tillpost.flows.source_ties import FAULTY
from tillpost.model.facts import TABLES

__all__ = ["shop"]

DAY = date(2026, 10, 3)
NOW = datetime(2026, 10, 5, 20, 0, tzinfo=UTC)
YML = """version: 1
organisations:
  corner:
    name: Corner Shops
    country: AU
    currency: AUD
    time_zone: Australia/Melbourne
    xero: xero_corner
    prepare_at: "06:00"
    stores:
      corner: {name: Corner Shop, pos: till, connection: pos_corner, pos_store: "7", starts_on: 2026-09-01}
  other:
    name: Other Shops
    country: AU
    currency: AUD
    time_zone: Australia/Melbourne
    xero: xero_other
    prepare_at: "06:00"
    stores:
      corner: {name: Another Corner, pos: nowhere, connection: pos_corner, pos_store: "7", starts_on: 2026-09-01}
      far: {name: Far Shop, pos: till, connection: pos_far, pos_store: "8", starts_on: 2026-09-01}
"""
ACCOUNTS = """kind,code,account,tax_code,tracking,valid_from,note
sales_category,FOOD,201,,,,Food
tender,CASH,101,NONE,,,Cash
"""
TAXES = """country,pos_tax_code,rate_percent,sale_tax_type,purchase_tax_type,valid_from
AU,GST,10,OUTPUT,INPUT,2000-07-01
AU,NONE,0,BASEXCLUDED,BASEXCLUDED,2000-07-01
"""
CONTACTS = "kind,code,contact_name,account_number,terms_days,for_accounting,tax_code\n"
LINES = FILES["sale_lines"].replace(
    "plu AS item_code", "plu AS item_code, 'FOOD' AS category, 'GST' AS tax_code, items.total / 11.0 AS tax"
)
Check = Callable[..., SourceCheck]


def far_away(conn_id: str) -> Connection:
    return Connection(conn_id, "sqlite", host="/nowhere/pos.db")


@pytest.fixture
def site(shop: Shop) -> Site:
    """A site with the corner shop, and its lines with category and tax."""
    include = shop.root / "include"
    shop.sql("sale_lines", LINES)
    (include / "tillpost.yml").write_text(YML, encoding="utf-8")
    settings = Settings(include, "sqlite://", shop.root / "data")
    return load_site(settings, lambda conn_id: shop.connection if conn_id == "pos_corner" else far_away(conn_id))


@pytest.fixture
def check(site: Site) -> Check:
    """Checks the corner shop's source."""

    def run(day: date | None = DAY, *, table: str = "", mapped: bool = True, now: datetime = NOW) -> SourceCheck:
        return check_source_of(site, "corner", "corner", Asked(day, table, mapped), now)

    return run


def with_mapping(site: Site, accounts: str = ACCOUNTS) -> None:
    folder = site.settings.include / "mappings" / "corner"
    folder.mkdir(parents=True)
    for name, text in (("accounts.csv", accounts), ("taxes.csv", TAXES), ("contacts.csv", CONTACTS)):
        (folder / name).write_text(text, encoding="utf-8")


def told(found: SourceCheck) -> list[tuple[str, str, str]]:
    """Kind, place and words of what is more than an info."""
    words = ((f, f.what + (f". Seen: {'; '.join(f.examples)}" if f.examples else "")) for f in found.faults)
    return [(fault.kind, fault.where, what) for fault, what in words if fault.severity.value != "info"]


def test_a_sound_source_passes_with_its_mapping(site: Site, check: Check) -> None:
    with_mapping(site)
    found = check()
    assert (found.is_right, told(found), found.problem, found.remarks) == (True, [], "", ())
    assert [(t.table, t.state, t.rows) for t in found.tables if t.state != "absent"] == [
        ("sales", "read", 2), ("sale_lines", "read", 2), ("tenders", "read", 2),
    ]  # fmt: skip
    assert {why for _, why in found.not_asked} == {"about what is on record of earlier dates"}


def test_without_a_mapping_the_codes_are_listed_for_it(check: Check) -> None:
    found = check()
    assert (found.is_right, found.mapped) == (True, False)
    assert found.remarks == ("There is no mapping yet: codes are listed for it, and what needs it was not looked at.",)
    assert [(fault.where, fault.remedy) for fault in found.faults if fault.kind == "no_mapping_row"] == [
        ("accounts.csv", "Add a row sales_category,FOOD,<account>, or with the account ignore."),
        ("accounts.csv", "Add a row tender,CASH,<account>, or with the account ignore."),
        ("taxes.csv", "Add the tax code with its rate and Xero's tax types."),
    ]


def test_a_code_without_a_row_is_told_with_the_row_to_add(site: Site, check: Check) -> None:
    with_mapping(site, ACCOUNTS.replace("sales_category,FOOD", "sales_category,DRINK"))
    found = check()
    assert told(found) == [
        (
            "no_mapping_row",
            "accounts.csv",
            "sales_category FOOD: the POS shows 5.50 in 2 amounts on 2026-10-03, Corner Shop, and no row holds",
        )
    ]
    assert not found.is_right
    assert check(mapped=False).is_right


def test_sums_that_do_not_tie_are_told_with_the_amount(shop: Shop, check: Check) -> None:
    shop.sql("sale_lines", LINES.replace("items.total AS gross", "items.total + 1 AS gross"))
    shop.sql("tenders", FILES["tenders"].replace("payments.total AS amount", "payments.total - 2 AS amount"))
    shop.sql(
        "control_totals",
        "SELECT 7 AS store_id, '2026-10-03' AS business_date, 'gross' AS measure, 100 AS amount WHERE :from_date < :to_date",
    )
    assert [words for _, _, words in told(check())] == [
        "The lines of a sale do not add up to the sale, by more than a cent a line (2 sales, -2.00 apart). "
        "Seen: sale A1: lines 12.00, sale 11.00; sale A2: lines -4.50, sale -5.50",
        "The tenders of a sale do not add up to its gross, tip and rounding (2 sales, -4.00 apart). "
        "Seen: sale A1: tenders 9.00, sale 11.00; sale A2: tenders -7.50, sale -5.50",
        "What was read is not what the POS itself printed at the end of the period (1 figure). Seen: gross: printed 100.00, read 5.50",
    ]


def test_duplicate_keys_and_orphans_are_told_with_their_file(shop: Shop, check: Check) -> None:
    shop.sql("tenders", FILES["tenders"].replace("basket AS sale_id", "'A1' AS sale_id"))
    shop.sql("sale_taxes", "SELECT 'A9' AS sale_id, 'GST' AS tax_code, 1 AS amount")
    found = told(check())
    assert [one for one in found if one[0] in ("duplicate_key", "orphan_row")] == [
        (
            "duplicate_key", "tenders.sql",
            "A key is there more than once, so that an amount would be booked twice (1 key). Seen: tenders A1 / 1 is there 2 times",
        ),
        (
            "orphan_row", "sale_taxes.sql",
            "A row belongs to a sale, movement or purchase that was not delivered; its date is not known, so every date is held (1 row). "
            "Seen: sale_taxes: A9 is not in sales",
        ),
    ]  # fmt: skip


def test_a_wrong_row_is_told_once_and_not_again_as_a_sum(shop: Shop, check: Check) -> None:
    shop.sql("sale_lines", LINES.replace("items.total AS gross", "CASE basket WHEN 'A1' THEN 'eleven' ELSE items.total END AS gross"))
    assert [kind for kind, _, _ in told(check())] == ["wrong_kind"]


def test_what_hangs_on_a_table_that_failed_is_not_looked_at_and_the_rest_is(shop: Shop, check: Check) -> None:
    shop.sql("sale_lines", "SELECT a FROM nowhere WHERE :from_date < :to_date")
    shop.sql("tenders", FILES["tenders"].replace("payments.total AS amount", "payments.total - 2 AS amount"))
    shop.sql(
        "control_totals",
        "SELECT 7 AS store_id, '2026-10-03' AS business_date, 'gross' AS measure, 100 AS amount WHERE :from_date < :to_date",
    )
    found = check()
    assert [kind for kind, _, _ in told(found)] == ["sql_error", "control_totals_differ"]
    assert ("sale_without_lines", "about tables not read whole (sale_lines)") in found.not_asked
    assert [t.state for t in found.tables if t.table in ("sales", "sale_lines")] == ["read", "failed"]


def test_a_date_without_any_trade_proves_nothing(check: Check) -> None:
    found = check(date(2026, 9, 7))
    assert told(found) == [
        ("no_rows", "sales.sql", "no sale, movement, purchase or ledger entry on 2026-09-07, so that nothing was proved"),
    ]
    assert not found.is_right


def test_a_date_of_which_all_rows_are_of_others_proves_nothing(shop: Shop, check: Check) -> None:
    shop.sql("sales", FILES["sales"].replace("day AS business_date", "'2026-10-09' AS business_date"))
    found = check()
    assert [(kind, where) for kind, where, _ in told(found)][:2] == [("dates_lost", "sales.sql"), ("no_rows", "sales.sql")]
    assert not found.is_right


@pytest.mark.parametrize("statement", ["SELECT a FROM nowhere", ""], ids=["failed", "missing"])
def test_where_trade_could_not_be_read_nobody_says_that_there_was_none(shop: Shop, check: Check, statement: str) -> None:
    shop.sql("sales", statement)
    if not statement:
        (shop.root / "include" / "sql" / "till" / "sales.sql").unlink()
    found = check()
    assert [(f.kind, f.where) for f in found.faults if f.blocks] == [("sql_error" if statement else "file_missing", "sales.sql")]


def test_one_table_that_has_no_file_is_told(shop: Shop, check: Check) -> None:
    found = check(table="movements")
    assert (told(found), found.is_right) == (
        [("file_missing", "movements.sql", "the file is not there, and it was asked for (--table)")], False,
    )  # fmt: skip
    aside = shop.root / "include" / "sql" / "till" / "optional"
    aside.mkdir()
    (aside / "movements.sql").write_text("SELECT 1", encoding="utf-8")
    assert [fault.remedy for fault in check(table="movements").faults] == ["Move it up from optional/ and fill it in."]


def test_rows_that_are_still_to_be_decided_are_no_rows(site: Site, check: Check) -> None:
    undecided = ACCOUNTS.replace("tender,CASH,101,NONE,,,Cash", "tender,CASH,TO-DECIDE,NONE,,,") + "tender,CHEQUE,TO-DECIDE,NONE,,,\n"
    with_mapping(site, undecided)
    taxes = site.settings.include / "mappings" / "corner" / "taxes.csv"
    taxes.write_text(TAXES.replace("10,OUTPUT,INPUT", "10,TO-DECIDE,TO-DECIDE"), encoding="utf-8")
    found = check()
    assert ([one for one in told(found) if one[0] == "no_mapping_row"], found.is_right) == (
        [
            ("no_mapping_row", "accounts.csv:3", "tender CASH: nobody has decided yet"),
            (
                "no_mapping_row", "taxes.csv",
                "tax code GST: the POS shows 5.50 in 2 amounts on 2026-10-03, Corner Shop, and nobody has decided its tax type yet",
            ),
        ],
        False,
    )  # fmt: skip
    taxes.write_text(TAXES.replace("10,OUTPUT,INPUT", "10,OUTPUT,TO-DECIDE"), encoding="utf-8")
    assert [where for kind, where, _ in told(check()) if kind == "no_mapping_row"] == ["accounts.csv:3"]


def test_where_one_file_is_to_blame_only_that_is_named(shop: Shop, check: Check) -> None:
    shop.sql("sales", FILES["sales"].replace("'AUD' AS", "'USD' AS"))
    assert [(kind, where) for kind, where, _ in told(check())] == [("currency_not_own", "sales.sql")]


def test_the_places_that_faults_are_tied_to_are_rules_and_tables() -> None:
    assert set(FAULTY) <= {rule.name for rule in SOURCE_RULES}
    assert all(tables <= set(TABLES) for tables in FAULTY.values())


def test_a_date_that_a_night_would_not_take_is_a_warning(shop: Shop, check: Check) -> None:
    shop.sql("shifts", "SELECT 1 AS shift_id, 7 AS store_id, '2026-10-03' AS business_date, 'open' AS state WHERE :from_date < :to_date")
    found = check()
    assert told(found) == [
        ("not_ready", "shifts.sql, source.sql", "a night would not take this date yet: 1 of 1 shifts are not closed yet"),
    ]
    assert found.is_right


def test_a_source_that_is_complete_up_to_an_earlier_time_only_is_a_warning(shop: Shop, check: Check) -> None:
    shop.sql("source", "SELECT '2026-10-03T08:30:00Z' AS as_of")
    assert [words for _, _, words in told(check())] == [
        "a night would not take this date yet: The POS database is complete up to 2026-10-03 08:30 UTC only; "
        "the date ends at 2026-10-03 17:00 UTC"
    ]


@pytest.mark.parametrize(
    ("now", "day", "remark"),
    [
        (datetime(2026, 10, 4, 20, tzinfo=UTC), DAY, "2026-10-04 is the last trading day that is over, and it has sales."),
        (datetime(2026, 10, 8, 20, tzinfo=UTC), DAY, "2026-10-04 is the last trading day with sales (none since, up to 2026-10-08)."),
        (
            datetime(2026, 12, 8, 20, tzinfo=UTC), DAY,
            "2026-12-08 is the last trading day that is over; no sale was seen in the 14 up to it.",
        ),
    ],
    ids=["the last one", "an earlier one", "none"],
)  # fmt: skip
def test_without_a_date_the_last_one_with_sales_is_taken(check: Check, now: datetime, day: date, remark: str) -> None:
    found = check(None, now=now)
    assert found.remarks[0] == f"No date was named: {remark}"
    assert f"No date was named: {found.day}" == found.remarks[0][: len("No date was named: 2026-10-03")]


def test_one_table_is_looked_at_alone(shop: Shop, check: Check) -> None:
    shop.sql("sale_lines", "SELECT a FROM nowhere")
    shop.sql("counts", "-- to do")
    found = check(table="tenders")
    assert (told(found), found.is_right) == ([], True)
    assert [(t.table, t.state) for t in found.tables if t.state != "absent"] == [
        ("sales", "not_run"), ("sale_lines", "not_run"), ("tenders", "read"), ("counts", "unreadable"),
    ]  # fmt: skip


def test_a_database_that_is_away_is_a_problem_beside_what_the_files_show(shop: Shop, site: Site) -> None:
    shop.sql("counts", "-- to do")
    found = check_source_of(site, "other", "far", Asked(DAY), NOW)
    assert found.problem.startswith("the POS database pos_far (sqlite /nowhere/pos.db) cannot be used: unable to open database file.")
    assert "Nothing was kept" not in found.problem
    assert (found.is_right, told(found)) == (False, [("file_unreadable", "counts.sql", "line 1: the file holds no statement")])


def test_the_store_and_the_table_are_asked_for_by_name(site: Site) -> None:
    for organisation, store, table, words in (
        ("", "corner", "", "several organisations have a store 'corner': say which with --organisation. Allowed: corner, other."),
        ("", "near", "", "no organisation has a store 'near'. Allowed: corner/corner, other/corner, other/far."),
        (
            "other",
            "corner",
            "",
            "there is no folder of SQL files for the POS system 'nowhere'; `tillpost source new nowhere` writes one to fill.",
        ),
        ("corner", "corner", "sale", f"--table is 'sale'. Allowed: {', '.join(TABLES)}."),
    ):
        with pytest.raises(ConfigError) as refused:
            check_source_of(site, organisation, store, Asked(DAY, table), NOW)
        assert words in str(refused.value)


def test_a_store_that_one_organisation_has_needs_no_organisation(site: Site) -> None:
    assert check_source_of(site, "", "far", Asked(DAY), NOW).org.key == "other"


def test_a_broken_mapping_is_a_matter_of_configuration(site: Site, check: Check) -> None:
    with_mapping(site, "kind,code\n")
    with pytest.raises(ConfigError, match=r"accounts\.csv"):
        check()
    assert check(mapped=False).is_right


def test_nothing_is_left_behind(shop: Shop, check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    check()
    assert (list((tmp_path / "tmp").iterdir()), shop.left()) == ([], ["tmp"])


def test_of_each_rule_it_is_known_which_tables_it_looks_at() -> None:
    """But of three: keys are asked of each table for itself; dust, and rows of other dates, are counted while reading."""
    assert {rule.name for rule in SOURCE_RULES if not tables_of(rule)} == {"duplicate_key", "sub_cent_amounts", "rows_outside_dates"}
    known = {rule.key: tables_of(rule) for rule in SOURCE_RULES}
    assert known["tenders_do_not_match_sales/sales"] >= {"sales", "tenders"}
    assert known["purchase_lines_do_not_match/purchases"] >= {"purchases", "purchase_lines"}
