"""The draft of a mapping: guesses by likeness within the right classes, what is left to decide, and files that spreadsheets may open."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tillpost.errors import ConfigError
from tillpost.mapping.drafting import DraftRow, draft_accounts
from tillpost.mapping.drafting_taxes import DraftTax, TaxUse, draft_taxes
from tillpost.mapping.similar import likeness
from tillpost.mapping.tax_types import STANDARD_RATES
from tillpost.mapping.uses import CodeUse
from tillpost.mapping.writing import write_rows
from tillpost.model.reference import XeroAccount

DAY = date(2026, 10, 2)
CHART = (
    XeroAccount("090", "Cash at bank", "BANK", True, False, "", "ASSET"),
    XeroAccount("101", "Undeposited funds", "CURRENT", True, True, "", "ASSET"),
    XeroAccount("103", "American Express clearing", "CURRENT", True, True, "", "ASSET"),
    XeroAccount("201", "Sales - Food", "REVENUE", True, False, "", "REVENUE"),
    XeroAccount("202", "Sales - Vapes", "REVENUE", False, False, "", "REVENUE"),
    XeroAccount("301", "Purchases - Food", "DIRECTCOSTS", True, False, "", "EXPENSE"),
    XeroAccount("429", "Petty cash expenses", "EXPENSE", True, False, "", "EXPENSE"),
    XeroAccount("610", "Trade debtors", "CURRENT", True, False, "DEBTORS", "ASSET"),
    XeroAccount("806", "Gift voucher liability", "CURRLIAB", True, True, "", "LIABILITY"),
    XeroAccount("820", "GST", "CURRLIAB", True, False, "GST", "LIABILITY"),
    XeroAccount("860", "Rounding", "CURRLIAB", True, False, "ROUNDING", "LIABILITY"),
)


def use(kind: str, code: str, hint: str = "", *, second: str | None = None, needed: bool = True) -> CodeUse:
    asks = ((kind, code), *((("sales_category", second),) if second is not None else ()))
    return CodeUse("cafe", DAY, asks, 1000, 1, hint=hint, needed=needed)


def test_each_code_gets_the_account_that_is_most_like_it() -> None:
    uses = [
        use("tender", "CASH", "cash"), use("tender", "CASH"), use("tender", "AMEX", "card"), use("tender", "ON_ACCOUNT", "account"),
        use("tender", "VOUCHER", "gift_card"), use("tender", "DEBTORS", "other"), use("sales_category", "FOOD"),
        use("sales_category", "VAPES"), use("function", "PETTY_CASH", "paid_out"), use("function", "GST", "received"),
        use("purchase_category", "FOOD"), use("gl_account", "301", "Cost of food"), use("line_kind", "gift_card_issue", second=""),
        use("line_kind", "surcharge", second="FOOD"), use("line_kind", "basket_discount", second="", needed=False),
        use("sales_category", ""),
    ]  # fmt: skip
    assert draft_accounts(uses, CHART) == [
        DraftRow("sales_category", "FOOD", "201", "", "guess: Sales - Food is like FOOD"),
        DraftRow("sales_category", "VAPES", "TO-DECIDE", "", "to decide: no revenue account has a name like VAPES"),
        DraftRow("line_kind", "gift_card_issue", "806", "NONE", "guess: Gift voucher liability is like gift voucher"),
        DraftRow("tender", "AMEX", "103", "NONE", "guess: American Express clearing is like AMEX"),
        DraftRow("tender", "CASH", "101", "NONE", "guess: Undeposited funds is like undeposited funds"),
        DraftRow("tender", "DEBTORS", "TO-DECIDE", "NONE", "to decide: no asset account has a name like DEBTORS"),
        DraftRow("tender", "ON_ACCOUNT", "receivable", "", "guess: a tender of the type account goes to the customer's invoice"),
        DraftRow("tender", "VOUCHER", "806", "NONE", "guess: Gift voucher liability is like gift voucher"),
        DraftRow("function", "GST", "TO-DECIDE", "NONE", "to decide: no liability or equity or revenue account has a name like GST"),
        DraftRow("function", "PETTY_CASH", "429", "", "guess: Petty cash expenses is like PETTY CASH"),
        DraftRow("other", "rounding", "860", "NONE", "guess: Rounding is like rounding"),
        DraftRow("purchase_category", "FOOD", "301", "", "guess: Purchases - Food is like FOOD"),
        DraftRow("gl_account", "301", "301", "", "guess: the chart has this code: Purchases - Food"),
    ]
    assert draft_accounts(reversed(uses), tuple(reversed(CHART))) == draft_accounts(uses, CHART)


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("FOOD", "Sales - Food", 1000),
        ("LAYBY", "Lay-by liability", 1000),
        ("BEER", "Beer and cider", 900),
        ("FOOD", "Rent", 0),
        ("SPIRITS", "Spirit", 1000),
        ("", "Rent", 0),
    ],
)
def test_likeness_looks_at_the_words_that_tell_something(code: str, name: str, expected: int) -> None:
    assert likeness(code, name) == expected


def test_tax_codes_by_the_rate_that_their_amounts_show() -> None:
    uses = [TaxUse("GST", 110_000, 9_999), TaxUse("FRE", 5_000, 0), TaxUse("CAP", 1_100, 100), TaxUse("LUX", 12_500, 2_500)]
    assert draft_taxes(uses, "AU", STANDARD_RATES["AU"]) == [
        DraftTax("CAP", 1000, "OUTPUT", "CAPEXINPUT", "the tax is 10.00 % of the amounts without it"),
        DraftTax("FRE", 0, "EXEMPTOUTPUT", "EXEMPTEXPENSES", "the tax is 0.00 % of the amounts without it"),
        DraftTax("GST", 1000, "OUTPUT", "INPUT", "the tax is 10.00 % of the amounts without it"),
        DraftTax("LUX", 2500, "TO-DECIDE", "TO-DECIDE", "the tax is 25.00 % of the amounts without it, which is no rate in Xero"),
        DraftTax("NONE", 0, "BASEXCLUDED", "BASEXCLUDED", "what has no tax at all"),
    ]


@pytest.mark.parametrize(("country", "expected"), [("NZ", ("OUTPUT2", "INPUT2", "NONE")), ("GB", ("TO-DECIDE", "TO-DECIDE", "NONE"))])
def test_tax_types_are_the_countrys(country: str, expected: tuple[str, str, str]) -> None:
    taxed, none = draft_taxes([TaxUse("GST", 11_500, 1_500)], country, STANDARD_RATES[country])
    assert (taxed.sale_tax_type, taxed.purchase_tax_type, none.sale_tax_type) == expected


def test_a_cell_from_outside_is_no_formula_and_nothing_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    write_rows(file, ("what", "remedy"), [("=HYPERLINK(1)", "a,b"), ("Café", "-1")], overwrite=False)
    assert file.read_bytes() == "\ufeffwhat,remedy\n'=HYPERLINK(1),\"a,b\"\nCafé,'-1\n".encode()
    with pytest.raises(ConfigError, match=r"out\.csv: this file is there already and is never overwritten\."):
        write_rows(file, ("what",), [("new",)], overwrite=False)
    write_rows(file, ("what",), [("new",)], overwrite=True)
    assert file.read_text(encoding="utf-8-sig") == "what\nnew\n"
