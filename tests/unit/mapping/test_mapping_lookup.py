"""Which row of accounts.csv holds: a store's own rows, patterns, dates and tags, against a plain reading of the rule."""

from __future__ import annotations

import fnmatch
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillpost.errors import ConfigError
from tillpost.mapping.patterns import matches
from tillpost.mapping.tables import AccountRow, ContactRow, Mapping, StoreTags, load_mapping

DAY = date(2026, 10, 2)
TAGS = (StoreTags("cafe", "7", "Cafe"), StoreTags("hire", "012", "Hire"))
ACCOUNTS = "kind,code,account,tax_code,tracking,valid_from,note,store\n"
TAXES = "country,pos_tax_code,rate_percent,sale_tax_type,purchase_tax_type,valid_from\nAU,NONE,0,BASEXCLUDED,BASEXCLUDED,\n"
CONTACTS = "kind,code,contact_name,account_number,terms_days,for_accounting,tax_code,store\n"


def load(folder: Path, accounts: str = "", contacts: str = "", tracking: str = "") -> Mapping:
    for name, text in (("accounts", ACCOUNTS + accounts), ("taxes", TAXES), ("contacts", CONTACTS + contacts)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_mapping(folder, "AU", TAGS, tracking)


def account(mapping: Mapping, store: str, code: str, on: date = DAY, kind: str = "sales_category", class_: str = "") -> str:
    row = mapping.for_store(store).account(kind, code, on, class_)
    return f"{row.account} {row.place}" if row else ""


def test_the_nearest_row_holds(tmp_path: Path) -> None:
    mapping = load(
        tmp_path,
        "sales_category,*,200,,,,,\n"
        "sales_category,VAPE*,201,,,,,\n"
        "sales_category,VAPE*,202,,,,,cafe\n"
        "sales_category,VAPES,203,,,,,\n"
        "sales_category,VAPES,204,,,2026-10-03,,cafe\n"
        "sales_category,*ES,205,,,,,\n",
    )
    assert [account(mapping, "hire", code) for code in ("VAPES", "VAPE OIL", "CHIVES", "FOOD")] == [
        "203 accounts.csv:5", "201 accounts.csv:3", "205 accounts.csv:7", "200 accounts.csv:2",
    ]  # fmt: skip
    assert [account(mapping, "cafe", code) for code in ("VAPES", "VAPE OIL")] == ["203 accounts.csv:5", "202 accounts.csv:4"]
    assert account(mapping, "cafe", "VAPES", date(2026, 10, 3)) == "204 accounts.csv:6"
    assert account(mapping, "cafe", "FOOD", kind="tender") == ""


def test_of_patterns_that_name_as_much_the_stores_own_then_the_first_by_alphabet(tmp_path: Path) -> None:
    mapping = load(tmp_path, "tender,A*,101,,,,,\ntender,*B,102,,,,,\ntender,*C,103,,,,,\ntender,A*,104,,,,,cafe\n")
    assert [account(mapping, "hire", code, kind="tender") for code in ("AB", "AX", "")] == ["102 accounts.csv:3", "101 accounts.csv:2", ""]
    assert account(mapping, "cafe", "AB", kind="tender") == "104 accounts.csv:5"


def test_who_is_no_store_sees_the_rows_for_all(tmp_path: Path) -> None:
    mapping = load(tmp_path, "tender,A,101,,,,,\ntender,A,102,,,,,cafe\n", "debtor,*,POS Debtor,,7,,,\ndebtor,*,Cafe Debtor,,7,,,cafe\n")
    row, debtor = mapping.account("tender", "A", DAY), mapping.contact("debtor", "*")
    assert row and debtor
    assert (row.account, debtor.contact_name) == ("101", "POS Debtor")


def test_no_pattern_stands_for_a_code_that_is_missing(tmp_path: Path) -> None:
    mapping = load(tmp_path, "sales_category,*,200,,,,,\n").for_store("cafe")
    assert (mapping.account("sales_category", "", DAY), list(mapping.spans("sales_category", ""))) == (None, [])


def test_tags_are_put_in_for_each_store(tmp_path: Path) -> None:
    mapping = load(
        tmp_path,
        "sales_category,FOOD,4#-###,,Region=R#,,,\nsales_category,TEA,40-##,,Shop={Store},,,\ngl_account,*,5-{Class},,Class={Class},,,\n",
        tracking="Store",
    )
    cafe, hire = (mapping.for_store(key).account("sales_category", "FOOD", DAY) for key in ("cafe", "hire"))
    assert cafe and hire
    assert (cafe.account, cafe.tracking) == ("47-007", "Region=R7; Store=Cafe")
    assert (hire.account, hire.tracking) == ("4012-012", "Region=R012; Store=Hire")
    assert [row.account for row in mapping.for_store("cafe").accounts if row.code == "TEA"] == ["40-07"]
    ledger = mapping.for_store("cafe").account("gl_account", "4000", DAY, "TRUCK")
    assert ledger and (ledger.account, ledger.tracking) == ("5-TRUCK", "Class=TRUCK; Store=Cafe")
    for nothing in ("two words", "longer than ten", ""):
        assert mapping.for_store("cafe").account("gl_account", "4000", DAY, nothing) is None


def test_a_class_makes_no_word_of_ours(tmp_path: Path) -> None:
    mapping = load(tmp_path, "gl_account,*,{Class},,,,,\n").for_store("cafe")
    assert [bool(mapping.account("gl_account", "4000", DAY, name)) for name in ("4000", "ignore", "gst")] == [True, False, False]


def test_each_store_has_an_option_in_the_tracking_category_of_stores(tmp_path: Path) -> None:
    rows = "tender,CASH,101,,,,,\ntender,EFT,102,, Region = North ;,,,\ntender,WEB,103,,Store=Web,,,\n"
    own = load(tmp_path, rows, tracking="Store").for_store("hire")
    assert [row.tracking for row in own.accounts] == ["Store=Hire", "Region=North; Store=Hire", "Store=Web"]


def test_a_store_has_contacts_of_its_own(tmp_path: Path) -> None:
    mapping = load(tmp_path, contacts="debtor,*,POS Debtor,,7,,,\ndebtor,*,Hire Debtor,,30,,,hire\nsupplier,FRESH,Fresh Foods,,,,,\n")
    names = [[row.contact_name for row in mapping.for_store(key).contacts] for key in ("cafe", "hire")]
    assert names == [["POS Debtor", "Fresh Foods"], ["Hire Debtor", "Fresh Foods"]]
    debtor = mapping.for_store("hire").contact("debtor", "C1")
    assert debtor == ContactRow("debtor", "*", "Hire Debtor", "", 30, True, "", "contacts.csv", 3, "hire")


@pytest.mark.parametrize(
    ("accounts", "tracking", "message"),
    [
        ("tender,CASH,101,,,,,kiosk\n", "", "accounts.csv:2: store 'kiosk' is not in tillpost.yml. Allowed: cafe, hire."),
        ("tender,CASH,{Class},,,,,\n", "", "accounts.csv:2: {Class} is the class of a ledger entry, which the kind 'tender' has not. Allowed: gl_account."),
        ("tender,CASH,1000000-###,,,,,\n", "", "accounts.csv:2: account '1000000-###' is not a Xero account code (at most 10 letters, digits, . / _ -). Allowed: receivable, gst, ignore."),
        ("tender,CASH,100000-##,,,,,\ntender,X,10000000#,,,,,\n", "", "accounts.csv:3: for the store 'hire' the account '10000000#' becomes '10000000012', which is no Xero account code (at most 10 letters, digits, . / _ -; `number` and `tag` in tillpost.yml fill it)."),
        ("tender,CASH,101,,Region,,,\n", "", "accounts.csv:2: tracking 'Region' is not Category=Option, at most two categories with ; between."),
        ("tender,CASH,101,,A=1; B=2,,,\n", "Store", "accounts.csv:2: for the store 'cafe' the tracking becomes 'A=1; B=2; Store=Cafe', which is not Category=Option, at most two of them."),
        ("other,*,860,,,,,\n", "", "accounts.csv:2: code '*' is not one of the kind 'other'. Patterns stand for a POS's own codes only. Allowed: "),
        ("tender,CASH,101,,,,,cafe\ntender,CASH,102,,,,,cafe\n", "", "accounts.csv:3: tender / CASH / cafe stands here a second time (first in line 2): keep one row."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_once(tmp_path: Path, accounts: str, tracking: str, message: str) -> None:
    with pytest.raises(ConfigError) as problem:
        load(tmp_path, accounts, tracking=tracking)
    told = str(problem.value).replace(str(tmp_path) + "/", "")
    assert told == message or (message.endswith(": ") and told.startswith(message))


def test_a_store_without_a_number_cannot_fill_its_tag(tmp_path: Path) -> None:
    load(tmp_path, "tender,CASH,10#,,,,,\n")
    with pytest.raises(ConfigError, match=r"accounts.csv:2: the store 'web' has no number for the tag #: give it one in tillpost.yml."):
        load_mapping(tmp_path, "AU", (StoreTags("web", "", "Web"),))


CODES = ("A", "AB", "ABC", "B", "")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(("A", "AB", "*", "A*", "*B", "A*C", "*B*", "**")),
        st.sampled_from(("", "cafe", "hire")),
        st.sampled_from((None, date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 3))),
    ),
    unique=True,
    max_size=12,
)


def _plainly(rows: list[AccountRow], code: str, store: str, on: date) -> AccountRow | None:
    """All rows that may hold, sorted by the rule as docs/configuration.md tells it."""
    fits = [
        row for row in rows
        if code and row.store in ("", store) and (row.valid_from or date.min) <= on
        and (row.code == code or ("*" in row.code and fnmatch.fnmatchcase(code, row.code)))
    ]  # fmt: skip

    def rank(row: AccountRow) -> tuple[object, ...]:
        exact = "*" not in row.code
        return (not exact, -len(row.code.replace("*", "")), not row.store, row.code, -(row.valid_from or date.min).toordinal())

    return min(fits, key=rank, default=None)


@given(ROWS, st.sampled_from(CODES), st.sampled_from(("cafe", "hire", "web")), st.sampled_from((date(2026, 9, 30), DAY, date(2026, 10, 3))))
def test_the_row_is_the_one_that_a_plain_reading_picks(rows: list[tuple[str, str, date | None]], code: str, store: str, on: date) -> None:
    table = [AccountRow("tender", c, f"{n}", "", "", start, "", "accounts.csv", n, s) for n, (c, s, start) in enumerate(rows, 2)]
    own = Mapping("AU", tuple(table), (), ()).for_store(store)
    assert own.account("tender", code, on) == _plainly(table, code, store, on)
    held = [row for start, end, row in own.spans("tender", code) if start <= on < end]
    assert (held or [None]) == [_plainly(table, code, store, on)]


@given(st.text("AB*", max_size=6), st.text("AB", max_size=6))
def test_a_pattern_is_what_its_stars_say(pattern: str, code: str) -> None:
    assert matches(pattern, code) is (re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), code) is not None)


def test_a_tag_that_makes_a_word_of_ours_is_refused(tmp_path: Path) -> None:
    load(tmp_path, "tender,CASH,{Store},,,,,\n")
    with pytest.raises(ConfigError, match=r"accounts.csv:2: for the store 'web' the account '{Store}' becomes 'ignore', which is no Xero"):
        load_mapping(tmp_path, "AU", (StoreTags("web", "1", "ignore"),))
