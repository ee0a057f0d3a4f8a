"""The lines of invoices, credit notes, bank transactions and journals: amounts, accounts, tax types and tracking checked.

Tax is computed per line, half up, and then summed: https://developer.xero.com/documentation/guides/how-to-guides/rounding-in-xero
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.xero.chart import Account
from sandbox.xero.context import Context
from sandbox.xero.documents import tracking
from sandbox.xero.errors import Invalid, Unreadable
from sandbox.xero.taxes import AmountType, TaxRate, tax_cents
from sandbox.xero.wire import Json, amount, cents_of, decimal_of, dumps, half_up_cents, loads

MAX_LINE_CENTS = 999_999_999_999
_NOT_IN_DOCUMENTS = ("DEBTORS", "CREDITORS", "GST", "RETAINEDEARNINGS")


@dataclass(frozen=True, slots=True)
class Line:
    """One checked line; `net_cents` is without tax; `account` is None on a draft's or a description's line."""

    account: Account | None
    net_cents: int
    tax_cents: int
    tax_type: str
    description: str
    wire: Json

    @property
    def gross_cents(self) -> int:
        """The line with its tax."""
        return self.net_cents + self.tax_cents


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs between the kinds of documents."""

    amount_type: AmountType
    approved: bool
    unit_decimals: int = 2
    discounts: bool = False


def build(context: Context, items: object, rules: Rules) -> list[Line]:
    """The lines of an invoice, credit note or bank transaction; Invalid with the messages of each line."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unreadable("LineItems must be a list of objects.")
    return collect([_DocumentLine(context, item, rules) for item in items])


def collect(makers: Sequence[Any]) -> list[Line]:
    """Make each line, and raise all lines' messages together."""
    made: list[Line] = []
    wrong: dict[int, list[str]] = {}
    for index, maker in enumerate(makers):
        try:
            made.append(maker.make())
        except Invalid as error:
            wrong[index] = list(error.messages)
    if wrong:
        raise Invalid(*dict.fromkeys(message for messages in wrong.values() for message in messages), lines=wrong)
    return made


@dataclass(frozen=True, slots=True)
class _DocumentLine:
    context: Context
    item: Json
    rules: Rules

    def make(self) -> Line:
        text = description(self.item)
        if text and not any(self.item.get(name) is not None for name in ("UnitAmount", "LineAmount", "AccountCode", "AccountID")):
            return self._text_only(text)
        if not text and self.rules.approved:
            raise Invalid("Description must be specified for each line.")
        quantity, unit = self._quantity(), self._unit()
        cents = self._line_cents(quantity, unit)
        account = self._account()
        rate = tax_rate(self.context, self.item, account, self.rules.amount_type)
        tax = line_tax(self.item, cents, rate, self.rules.amount_type)
        net = cents - tax if self.rules.amount_type == "Inclusive" else cents
        return Line(account, net, tax, rate.tax_type, text, self._wire(quantity, unit, cents, tax, rate, account))

    def _text_only(self, text: str) -> Line:
        wire = {"LineItemID": self._id(), "Description": text, "LineAmount": amount(0), "TaxAmount": amount(0), "Tracking": []}
        return Line(None, 0, 0, self.context.no_tax.tax_type, text, wire)

    def _id(self) -> str:
        return str(self.item.get("LineItemID") or uuid.uuid4())

    def _quantity(self) -> Decimal:
        quantity = decimal_of(self.item.get("Quantity", 1))
        if quantity is None:
            raise Unreadable("Quantity must be a number.")
        quantity = quantity.quantize(Decimal("1.0000"), rounding=ROUND_HALF_UP)
        if quantity < 0:
            raise Invalid(f"The quantity value '{quantity}' is invalid. Quantity must not be less than zero.")
        return quantity

    def _unit(self) -> Decimal | None:
        if self.item.get("UnitAmount") is None:
            return None
        unit = decimal_of(self.item["UnitAmount"])
        if unit is None:
            raise Unreadable("UnitAmount must be a number.")
        return unit.quantize(Decimal(1).scaleb(-self.rules.unit_decimals), rounding=ROUND_HALF_UP)

    def _line_cents(self, quantity: Decimal, unit: Decimal | None) -> int:
        given = self.item.get("LineAmount")
        sent = cents_of(given) if given is not None else None
        if given is not None and sent is None:
            raise Unreadable("LineAmount must be a number.")
        if unit is None and sent is None:
            raise Invalid("UnitAmount or LineAmount must be specified for each line.")
        expected = self._expected(quantity, unit) if unit is not None else sent
        assert expected is not None
        if sent is not None and sent != expected:
            raise Invalid(f"The line total {amount(sent)} does not match the expected line total {amount(expected)}")
        if abs(expected) > MAX_LINE_CENTS:
            raise Invalid("The line amount must not exceed 9999999999.99.")
        return expected

    def _expected(self, quantity: Decimal, unit: Decimal) -> int:
        cents = half_up_cents(quantity * unit)
        rate, off = decimal_of(self.item.get("DiscountRate") or 0), decimal_of(self.item.get("DiscountAmount") or 0)
        if not rate and not off:
            return cents
        if not self.rules.discounts:
            raise Invalid("Discounts can only be applied to sales invoices and quotes.")
        if rate is None or off is None or not 0 <= rate <= 100:
            raise Invalid("The discount must be a rate from 0 to 100 or an amount.")
        return half_up_cents(quantity * unit * (100 - rate) / 100 - off)

    def _account(self) -> Account | None:
        code, account_id = self.item.get("AccountCode"), self.item.get("AccountID")
        if not code and not account_id:
            if self.rules.approved:
                raise Invalid("Account must be valid.")
            return None
        account = self.context.chart.find(code, account_id)
        if account is None or account.status != "ACTIVE" or account.system in _NOT_IN_DOCUMENTS or account.type in ("BANK", "INVENTORY"):
            raise Invalid(not_valid(code or account_id))
        return account

    def _wire(self, quantity: Decimal, unit: Decimal | None, cents: int, tax: int, rate: TaxRate, account: Account | None) -> Json:
        wire: Json = {
            "LineItemID": self._id(),
            "Description": description(self.item),
            "Quantity": quantity,
            "UnitAmount": unit if unit is not None else amount(cents),
            "TaxType": rate.tax_type,
            "TaxAmount": amount(tax),
            "LineAmount": amount(cents),
            "Tracking": tracking.check(self.context, self.item.get("Tracking")),
        }
        if account:
            wire |= {"AccountCode": account.code, "AccountID": account.id}
        return wire | {name: self.item[name] for name in ("DiscountRate", "DiscountAmount", "ItemCode") if self.item.get(name)}


def not_valid(code: object) -> str:
    """Xero's words for an account that a document cannot name."""
    return f"Account code '{code}' is not a valid code for this document."


def description(item: Json) -> str:
    """The description of a line, empty if left out; Invalid above 4,000 characters."""
    value = item.get("Description")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable("Description must be text.")
    if len(value) > 4000:
        raise Invalid("The Description field must not exceed 4000 characters in length.")
    return value


def tax_rate(context: Context, item: Json, account: Account | None, amount_type: AmountType) -> TaxRate:
    """The rate of a line: its own, or its account's; Invalid if it is unknown or not for that account."""
    named = item.get("TaxType")
    if amount_type == "NoTax" and named in (None, "", "NONE"):
        return context.no_tax
    code = named or (account.tax_type if account else context.no_tax.tax_type)
    rate = context.rates.get(str(code))
    if rate is None or rate.status != "ACTIVE":
        raise Invalid(f"The TaxType code '{code}' does not exist or cannot be used for this type of transaction.")
    if account and not rate.applies_to(account.account_class):
        raise Invalid(f"The TaxType code '{code}' cannot be used with account code '{account.code}'.")
    return context.no_tax if amount_type == "NoTax" else rate


def line_tax(item: Json, cents: int, rate: TaxRate, amount_type: AmountType) -> int:
    """The tax of a line; a TaxAmount that was sent overrides the computed one, but no tax where the rate has none."""
    computed = tax_cents(cents, rate, amount_type)
    given = item.get("TaxAmount")
    if given is None or amount_type == "NoTax":
        return computed
    sent = cents_of(given)
    if sent is None:
        raise Unreadable("TaxAmount must be a number.")
    if (sent and not rate.percent) or abs(sent) > abs(cents) or sent * cents < 0:
        raise Invalid(f"The tax amount {amount(sent)} is not valid for the TaxType code '{rate.tax_type}'.")
    return sent


def booked(made: Iterable[Line]) -> Iterator[tuple[str, int, int, str, str]]:
    """The lines as the ledger takes them; a line that is only text books nothing."""
    for line in made:
        if line.account is not None:
            yield line.account.id, line.net_cents, line.tax_cents, line.tax_type, line.description


def kept(stored: str, given: Json, before: Json) -> list[Json]:
    """The stored lines of a document that is edited without them; their tax is computed anew if it now lies elsewhere."""
    items: list[Json] = loads(stored)
    if given.get("LineAmountTypes", before.get("LineAmountTypes")) == before.get("LineAmountTypes"):
        return items
    return [{key: value for key, value in item.items() if key != "TaxAmount"} for item in items]


def wires(made: Sequence[Line]) -> str:
    """The lines as the answer's JSON text."""
    return dumps([line.wire for line in made])
