"""Mapping CSVs: what spreadsheets do to them, and what every mistake is told as."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tillpost.errors import ConfigError
from tillpost.mapping.tables import AccountRow, load_mapping

DAY = date(2026, 10, 2)
ACCOUNTS = "kind,code,account,tax_code,tracking,valid_from,note\nsales_category,FOOD,201,,,,Food\ntender,CASH,0101,NONE,,,Cash\n"
TAXES = "country,pos_tax_code,rate_percent,sale_tax_type,purchase_tax_type,valid_from\nAU,GST,10,OUTPUT,INPUT,2000-07-01\nAU,NONE,0,BASEXCLUDED,BASEXCLUDED,\n"
CONTACTS = "kind,code,contact_name,account_number,terms_days,for_accounting,tax_code\ndebtor,*,POS Debtor,,7,yes,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("accounts", ACCOUNTS), ("taxes", TAXES), ("contacts", CONTACTS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def _rewrite(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def _message(folder: Path) -> str:
    with pytest.raises(ConfigError) as problem:
        load_mapping(folder, "AU")
    return str(problem.value).replace(str(folder) + "/", "")


def test_a_row_knows_its_place_and_leading_zeros_stay(folder: Path) -> None:
    assert load_mapping(folder, "AU").account("tender", "CASH", DAY) == AccountRow(
        "tender", "CASH", "0101", "NONE", "", None, "Cash", "accounts.csv", 3
    )


def test_what_a_spreadsheet_makes_of_it_reads_the_same(folder: Path) -> None:
    plain = load_mapping(folder, "AU").accounts
    spoiled = "\ufeff" + ACCOUNTS.replace(",", ";").replace("FOOD", '" FOOD "').replace("\n", "\r\n") + ";;;;;;\r\n"
    (folder / "accounts.csv").write_bytes(spoiled.encode("utf-8"))
    assert load_mapping(folder, "AU").accounts == plain


def test_the_row_that_began_last_counts(folder: Path) -> None:
    _rewrite(folder, "accounts", ACCOUNTS + "sales_category,FOOD,299,,,2026-10-03,Food anew\n")
    mapping = load_mapping(folder, "AU")
    codes = [row.account for day in (date(2026, 10, 2), date(2026, 10, 3)) if (row := mapping.account("sales_category", "FOOD", day))]
    assert codes == ["201", "299"]


def test_a_star_stands_for_all_others(folder: Path) -> None:
    contact = load_mapping(folder, "AU").contact("debtor", "C100")
    assert contact is not None and contact.contact_name == "POS Debtor"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("accounts", ACCOUNTS + "tendre,X,101,,,,\n", "accounts.csv:4: kind 'tendre' is not known. Allowed: sales_category, line_kind, tender, function, other, purchase_category, purchase_other, gl_account."),
        ("accounts", ACCOUNTS + "tender,CASH,102,,,,\n", "accounts.csv:4: tender / CASH stands here a second time (first in line 3): keep one row."),
        ("accounts", ACCOUNTS + "tender,EFT,,,,,\n", "accounts.csv:4: column 'account' is empty."),
        ("accounts", ACCOUNTS + "tender,EFT,12345678901,,,,\n", "accounts.csv:4: account '12345678901' is not a Xero account code (at most 10 letters, digits, . / _ -). Allowed: receivable, gst, ignore."),
        ("accounts", ACCOUNTS + "tender,EFT,gst,,,,\n", "accounts.csv:4: the word 'gst' has no meaning for the kind 'tender'. Allowed: gl_account."),
        ("accounts", ACCOUNTS + "tender,EFT,105,VAT,,,\n", "accounts.csv:4: tax_code 'VAT' is not in taxes.csv. Allowed: GST, NONE."),
        ("accounts", ACCOUNTS + "tender,EFT,105,,,3/10/2026,\n", "accounts.csv:4: valid_from '3/10/2026' is not a date such as 2026-10-31."),
        ("accounts", ACCOUNTS + "other,varience,480,,,,\n", "accounts.csv:4: code 'varience' is not one of the kind 'other'. Allowed: variance, rounding, tips, float, layby, layby_adjustment, layby_fee, payment_fee, account_adjustment, bank_deposit, safe_drop, income_suspense, inventory_suspense, deposit."),
        ("accounts", ACCOUNTS.replace("note", "notes"), "accounts.csv:1: column 'note' is missing; found: kind, code, account, tax_code, tracking, valid_from, notes. Allowed: kind, code, account, tax_code, tracking, valid_from, note."),
        ("accounts", ACCOUNTS + "tender,EFT,105,,,,a,b\n", "accounts.csv:4: the row has 8 cells, the header 7."),
        ("taxes", TAXES.replace(",10,", ",ten,"), "taxes.csv:2: rate_percent 'ten' is not a rate such as 10 or 17.5."),
        ("taxes", TAXES.replace("AU", "NZ"), "taxes.csv: there is no row for the country AU."),
        ("contacts", CONTACTS.replace("yes", "perhaps"), "contacts.csv:2: for_accounting is 'perhaps'. Allowed: yes, no."),
        ("contacts", CONTACTS.replace(",7,", ",soon,"), "contacts.csv:2: terms_days 'soon' is not a whole number of days."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_value_and_choices(folder: Path, name: str, text: str, message: str) -> None:
    _rewrite(folder, name, text)
    assert _message(folder) == message


def test_a_missing_file_and_one_that_is_not_utf_8(folder: Path) -> None:
    (folder / "taxes.csv").write_bytes("Größe".encode("latin-1"))
    assert _message(folder) == 'taxes.csv: the file is not UTF-8 text: save it as "CSV UTF-8".'
    (folder / "taxes.csv").unlink()
    assert _message(folder) == "taxes.csv: the mapping file does not exist."
