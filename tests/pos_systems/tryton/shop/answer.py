"""What Tryton itself computes of the lines of posted tickets, by its own properties: net and tax per date and revenue account."""

from __future__ import annotations

from decimal import Decimal

from trytond.pool import Pool
from trytond.transaction import Transaction


def posted_tickets(name: str) -> dict[str, dict[str, list[str]]]:
    """Date to account code to net and tax, as text."""
    sums: dict[str, dict[str, list[Decimal]]] = {}
    with Transaction().start(name, 1, readonly=True):
        for line in Pool().get("sale.point.sale.line").search([("sale.state", "=", "posted")]):
            with Transaction().set_context(company=line.company.id):
                code = line.product.account_revenue_used.code
            told = sums.setdefault(line.sale.date.isoformat(), {}).setdefault(code, [Decimal(0), Decimal(0)])
            told[0] += line.untax_amount
            told[1] += line.tax_amount
    return {day: {code: [str(net), str(tax)] for code, (net, tax) in codes.items()} for day, codes in sums.items()}
