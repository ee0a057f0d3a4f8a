"""The page and the file: escaped, complete by itself, the same bytes each time, written whole or not at all."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.unit.report.samples import NAMES, day, document, g01, key, posting, realistic_day, s01, stream
from tillpost.errors import ConfigError, TillpostError
from tillpost.model.documents import Contact, DocumentKind, FactSelection
from tillpost.model.findings import Finding, Severity
from tillpost.report import render
from tillpost.report.data import DayReport, TenderRow
from tillpost.report.render import html_of, json_of
from tillpost.report.write import write_day_report

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"
VOID = {"meta", "col", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """Every element with its attributes, and whether all that open also close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(report: DayReport) -> str:
    return html_of(report).decode()


def hostile_day() -> DayReport:
    """Everything that comes from outside, in every place where it can be shown."""
    journal = g01()
    worst = [
        dataclasses.replace(p, description=HOSTILE, mapped_by=HOSTILE, tax_type=HOSTILE, tracking=HOSTILE, account=HOSTILE,
                            source=FactSelection(HOSTILE, ((HOSTILE, HOSTILE),), 1))
        for p in journal.postings
    ]  # fmt: skip
    bad = document(key(), DocumentKind.JOURNAL, worst, number=HOSTILE)
    bill = dataclasses.replace(s01(), number=HOSTILE, contact=Contact(HOSTILE), currency=HOSTILE)
    finding = Finding(key(), HOSTILE, Severity.BLOCKER, HOSTILE, 3, 1, (HOSTILE,), HOSTILE, crashed=True)
    tender = TenderRow(HOSTILE, HOSTILE, 1, 1, 2)
    sales = stream(
        [bad, dataclasses.replace(bill, key=key())], state="held", store_name=HOSTILE, reasons=(HOSTILE,), findings=(finding,),
        tenders=(tender,), facts=HOSTILE,
    )  # fmt: skip
    odd = stream([g01()], of=key("bar"), state=HOSTILE, store_name=HOSTILE)
    names = {**NAMES, HOSTILE: HOSTILE}
    return day(
        sales, odd, organisation_name=HOSTILE, run=HOSTILE, mapping_digest=HOSTILE, currency="AUD", account_names=names, country=HOSTILE
    )


def test_hostile_text_is_escaped_everywhere() -> None:
    html = page(hostile_day())
    made = Page(html)
    assert {tag for tag, _ in made.elements} & {"script", "img"} == set()
    assert [name for _, attributes in made.elements for name in attributes if name.startswith("on")] == []
    assert html.count("&lt;script&gt;") > 25
    assert html.count("{{ 7 * 7 }}") > 25


def test_the_test_for_hostile_text_fails_without_escaping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render.environment(), "autoescape", False)
    render.environment().cache.clear()  # type: ignore[union-attr]
    try:
        with pytest.raises(AssertionError):
            test_hostile_text_is_escaped_everywhere()
    finally:
        render.environment.cache_clear()


def test_nothing_is_marked_safe_in_the_templates() -> None:
    texts = [file.read_text(encoding="utf-8") for file in sorted(render.TEMPLATES.glob("*.html"))]
    assert [word for text in texts for word in ("| safe", "|safe", "autoescape") if word in text] == []


def test_the_page_needs_nothing_from_outside() -> None:
    html = page(realistic_day())
    made = Page(html)
    assert made.open == []
    assert [a["href"] for _, a in made.elements if "href" in a and not str(a["href"]).startswith("#")] == []
    assert [tag for tag, a in made.elements if "src" in a or tag in ("link", "script")] == []
    assert re.findall(r"url\(|@import|https?:", html) == []


def test_the_page_can_be_read_aloud() -> None:
    made = Page(page(realistic_day()))
    assert [a["lang"] for tag, a in made.elements if tag == "html"] == ["en-AU"]
    assert [a for tag, a in made.elements if tag == "th" and a.get("scope") not in ("col", "row")] == []
    tags = [tag for tag, _ in made.elements]
    assert tags.count("caption") == tags.count("table")
    anchors = {str(a["href"])[1:] for _, a in made.elements if "href" in a}
    assert anchors <= {a["id"] for _, a in made.elements if "id" in a}


def test_a_held_stream_is_marked_and_shows_its_documents() -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", page(realistic_day()).split("</style>")[1]).split())
    assert "What would have been sent: sales held, not sent Trial balance of the posting: Harbour Bottle Shop, sales" in text
    assert "TP/bottleshop/journal/2026-10-03 journal 2026-10-03 3 3,710.35 held, not sent" in text
    assert "Sales held, not sent because: unmapped_category: The category XMAS HAMPERS has no row in accounts.csv." in text


def test_every_balance_row_unfolds() -> None:
    made = Page(page(day(stream([g01()]))))
    assert [tag for tag, _ in made.elements].count("details") == 3


def test_an_empty_date_says_so() -> None:
    assert "Nothing to send." in page(day(stream(state="nothing_to_send")))
    assert "no store was planned" in page(day())


def test_an_unbalanced_posting_is_marked() -> None:
    wrong = document(key(), DocumentKind.JOURNAL, [posting("101", 5000), posting("201", -4990)])
    assert "OUT OF BALANCE: debits less credits are 0.10." in page(day(stream([wrong])))
    assert "OUT OF BALANCE" not in page(day(stream([g01()])))


def test_a_held_posting_that_lacks_what_is_unmapped_is_marked() -> None:
    marked = "OUT OF BALANCE: debits less credits are 180.00. It is held, not sent: what it is held for may be what is missing."
    assert marked in page(realistic_day())


def test_new_zealand_and_britain_in_their_own_words() -> None:
    assert 'lang="en-NZ"' in page(day(stream([g01()]), country="NZ"))
    assert "VAT (moved by Xero)" in page(day(stream([g01()]), country="GB"))


def test_the_evidence_has_the_figures_of_the_page() -> None:
    told = json.loads(json_of(day(stream([g01()], state="posted"))))
    assert (told["format"], told["business_date"], told["verdict"]["tone"]) == (1, "2026-10-03", "all well")
    rows = told["balance"]["rows"]
    assert [(row["account"], row["net_cents"], row["debit_cents"], row["credit_cents"]) for row in rows] == [
        ("101", 5000, 5000, None),
        ("201", -4545, None, 4545),
        ("", -455, None, 455),
    ]
    assert rows[0]["origins"][0]["mapped_by"] == "accounts.csv:9"


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_day_report(realistic_day(), tmp_path / "a")
    second = write_day_report(realistic_day(), tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    assert first.with_suffix(".json").read_bytes() == second.with_suffix(".json").read_bytes()


def test_it_is_written_beside_its_evidence_and_leaves_nothing_else(tmp_path: Path) -> None:
    write_day_report(realistic_day(), tmp_path)
    assert write_day_report(realistic_day(), tmp_path) == tmp_path / "harbour" / "2026-10-03.html"
    assert sorted(file.name for file in (tmp_path / "harbour").iterdir()) == ["2026-10-03.html", "2026-10-03.json"]


def test_a_failure_in_the_middle_leaves_the_old_page_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = write_day_report(realistic_day(), tmp_path)
    before = (written.read_bytes(), written.with_suffix(".json").read_bytes())

    synced: list[int] = []

    def full_at_the_second(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("tillpost.report.write.os.fsync", full_at_the_second)
    with pytest.raises(TillpostError) as caught:
        write_day_report(day(stream([g01()])), tmp_path)
    assert str(caught.value) == (
        f"The report {written} could not be written: No space left on device. What is released, held and posted is not touched by it. "
        "Make the folder of reports writable, then run the date again."
    )
    assert (written.read_bytes(), written.with_suffix(".json").read_bytes()) == before
    assert sorted(file.name for file in written.parent.iterdir()) == ["2026-10-03.html", "2026-10-03.json"]


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("")
    with pytest.raises(TillpostError, match="could not be written"):
        write_day_report(realistic_day(), tmp_path / "reports")


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "", "a/b", "Harbour", "harbour\n"])
def test_an_organisation_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        write_day_report(day(organisation_key=name), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_half_a_surrogate_pair_does_not_lose_the_report() -> None:
    broken = day(stream([g01()], store_name="Caf\udce9"))
    assert b"Caf\\udce9" in html_of(broken)
    assert json.loads(json_of(broken))["stores"][0]["name"] == "Caf\udce9"
