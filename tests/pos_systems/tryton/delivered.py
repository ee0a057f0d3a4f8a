"""The rows of the week by what they are: columns that tell it, and how many rows have each value. Registers go by name."""

from __future__ import annotations

TRAITS = {
    "sales": "register_id, kind, status", "sale_lines": "line_kind, category, tax_status, tax_code",
    "sale_taxes": "tax_code, included_in_price, allocated", "tenders": "tender_code, tender_type, amount_cents < 0",
    "movements": "kind, function_code, tender_code", "shifts": "register_id, state, opening_float_cents",
    "counts": "tender_code, expected_cents = counted_cents", "control_totals": "measure, code", "purchases": "kind, status, is_paid",
    "purchase_lines": "account_code, tax_code", "suppliers": "id, name",
}  # fmt: skip
DELIVERED: dict[str, list[tuple[object, ...]]] = {
    "sales": [
        ("Front counter", "exchange", "completed", 2),
        ("Front counter", "refund", "completed", 1),
        ("Front counter", "sale", "completed", 20),
        ("Front counter", "sale", "void", 1),
        ("Garden till", "sale", "completed", 7),
        ("Garden till", "sale", "open", 1),
        ("Trade desk", "refund", "completed", 1),
        ("Trade desk", "sale", "completed", 12),
    ],
    "sale_lines": [
        ("gift_card_issue", None, "out_of_scope", None, 2),
        ("gift_card_redeem", None, "out_of_scope", None, 2),
        ("item", "Export", "zero_rated", "Export", 9),
        ("item", "General", "taxed", "GST", 36),
        ("item", "General / Clearance", "taxed", "GST", 2),
        ("item", "Groceries", None, None, 15),
        ("item", "Liquor", "taxed", "Liquor duty + Liquor levy", 15),
    ],
    "sale_taxes": [
        ("Export", False, False, 2),
        ("Export", True, False, 7),
        ("GST", False, False, 11),
        ("GST", True, False, 27),
        ("Liquor duty", False, True, 4),
        ("Liquor duty", True, True, 11),
        ("Liquor levy", False, True, 4),
        ("Liquor levy", True, True, 11),
    ],
    "tenders": [
        ("AMEX", "card", False, 7),
        ("Cash", "cash", False, 11),
        ("Cash", "cash", True, 4),
        ("EFTPOS", "card", False, 23),
        ("On account", "account", False, 2),
    ],
    "movements": [
        ("paid_out", "Safe drop", "Cash", 9),
        ("paid_out", "Till short", "Cash", 1),
        ("received", "Float from the safe", "Cash", 3),
    ],
    "shifts": [
        ("Front counter", "closed", 0, 1),
        ("Front counter", "closed", 9860, 1),
        ("Front counter", "closed", 10000, 2),
        ("Garden till", "closed", 0, 1),
        ("Garden till", "closed", 10000, 4),
        ("Trade desk", "closed", 0, 1),
        ("Trade desk", "closed", 8250, 1),
        ("Trade desk", "closed", 10000, 2),
    ],
    "counts": [("Cash", True, 13)],
    "control_totals": [
        ("gross", None, 12),
        ("net", None, 12),
        ("receipts", None, 12),
        ("tax", None, 12),
        ("tender", "AMEX", 6),
        ("tender", "Cash", 9),
        ("tender", "EFTPOS", 11),
        ("tender", "On account", 2),
    ],
    "purchases": [("credit", "posted", False, 2), ("invoice", "posted", False, 6)],
    "purchase_lines": [("310", "GST paid", 8), ("311", None, 4)],
    "suppliers": [("2", "Southern Produce", 2), ("3", "Bass Strait Hardware", 2)],
}
