"""The codes that a source shows against the mapping: those without a row, and those whose row nobody has decided yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tillpost.checks.mapping_accounts import undecided_matters
from tillpost.checks.mapping_codes import code_matters, told_uses
from tillpost.checks.mapping_matters import Matter, PlacedRow
from tillpost.flows.mapping_codes import PosReading, code_uses
from tillpost.mapping.drafting import TO_DECIDE
from tillpost.mapping.tables import Mapping
from tillpost.mapping.uses import CodeUse, row_of_use
from tillpost.model.findings import Severity
from tillpost.organisations import Organisation
from tillpost.pos.inspection_faults import Fault

_TOLD = ("missing", "missing_tax_code", "to_decide")


def faults_of_codes(reading: PosReading, org: Organisation, mapping: Mapping | None) -> Iterator[Fault]:
    """The codes that no row of the mapping holds, each with the row to add; without a mapping those that it will have to name."""
    held = mapping or Mapping(org.country, (), (), ())
    uses = code_uses(reading, org, held)
    stores = {key: org.store(key).name for key, _ in reading.store_dates}
    days = [day for _, day in reading.store_dates]
    for matter in (*code_matters(uses, held, stores, (min(days), max(days))), *_undecided(uses, held, stores)):
        if matter.name in _TOLD:
            severity = Severity.BLOCKER if mapping else Severity.INFO
            yield Fault("no_mapping_row", severity, matter.place, matter.what, matter.remedy)


def _undecided(uses: Sequence[CodeUse], mapping: Mapping, stores: dict[str, str]) -> Iterator[Matter]:
    """Rows that `mapping init` left to decide, of the codes that are shown."""
    rows = [(use, row_of_use(mapping, use)) for use in uses]
    yield from undecided_matters(PlacedRow(row) for row in dict.fromkeys(row for _, row in rows if row is not None))
    open_codes: dict[str, list[CodeUse]] = {}
    for use, row in rows:
        code = (row.tax_code if row is not None else "") or use.tax_code
        tax = mapping.tax(code, use.on) if code else None
        is_purchase = use.asks[0][0].startswith("purchase")
        if tax is not None and (tax.purchase_tax_type if is_purchase else tax.sale_tax_type) == TO_DECIDE:
            open_codes.setdefault(code, []).append(use)
    for code, own in sorted(open_codes.items()):
        what = f"tax code {code}: the POS shows {told_uses(own, stores)}, and nobody has decided its tax type yet"
        yield Matter(Severity.BLOCKER, "to_decide", "taxes.csv", what, "Write a tax type of Xero, such as OUTPUT.")
