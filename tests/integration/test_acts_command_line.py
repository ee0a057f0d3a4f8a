"""What a person does to documents, from the command line and end to end: void, send anew, retry, the trail, evidence in Xero."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from rich.console import Console
from sqlalchemy import select, update

from tests.integration.harbour_world import World, local_xero, ready_world, templates, world
from tillpost import cli, cli_acts
from tillpost.store.schema import document
from tillpost.store.schema_xero import evidence

__all__ = ["local_xero", "ready_world", "templates", "world"]

Said = tuple[int, str, str]
Command = Callable[..., Said]
CAFE = "TP/cafe/journal/2026-10-05"


@pytest.fixture
def tillpost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in this process, in a world's environment and a wide terminal: exit code, output, errors."""

    def run(here: World, *arguments: str) -> Said:
        for name, value in here.environ.items():
            monkeypatch.setenv(name, value)
        for module in (cli, cli_acts):
            monkeypatch.setattr(module, "out", Console(width=300))
        monkeypatch.setattr(cli, "err", Console(width=300, stderr=True))
        monkeypatch.setattr(sys, "argv", ["tillpost", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), told.out, told.err

    return run


def _paid_invoice(here: World) -> tuple[str, str]:
    """The number of an invoice with a payment on it, and the payment's."""
    with here.database().read() as tx:
        paid = tx.execute(select(document).where(document.c.kind == "payment").order_by(document.c.id)).first()
        assert paid is not None
        sale = tx.execute(select(document).where(document.c.natural_key == paid.settles)).one()
    return sale.number, paid.number


def _states(here: World, *numbers: str) -> list[str]:
    with here.database().read() as tx:
        found = {row.number: row.state for row in tx.execute(select(document))}
    return [found[number] for number in numbers]


def test_a_journal_is_voided_and_sent_anew(ready_world: World, tillpost: Command) -> None:
    ready_world.post()
    code, out, err = tillpost(ready_world, "void", "-o", "harbour", "--document", CAFE, "--why", "wrong till", "--who", "Kim", "--again")
    assert (code, out, err) == (0, f"The journal {CAFE} is void in Xero. It is sent anew as {CAFE}/v2.\n", "")
    assert ready_world.post()["posted"] == 1
    assert _states(ready_world, CAFE, f"{CAFE}/v2") == ["voided", "posted"]
    narrations = {one["text"]: one["status"] for one in ready_world.xero.admin.documents(ready_world.shop, kind="journal")}
    assert sorted(status for words, status in narrations.items() if CAFE in words) == ["POSTED", "VOIDED"]
    assert [words for words in narrations if words.endswith(f"[{CAFE}/v2]")] != []
    assert (ready_world.prepare()["problems"], ready_world.post()["posted"]) == ([], 0)
    assert ready_world.states()["cafe/sales"] == "posted"

    code, out, _ = tillpost(ready_world, "audit", "-o", "harbour", "-s", "cafe", "-d", "2026-10-05")
    acts = [line.split("  ")[1:4] for line in out.splitlines()]
    assert ["Kim", "void", "harbour/cafe/2026-10-05/sales"] in acts and ["tillpost", "voided", "harbour/cafe/2026-10-05/sales"] in acts
    assert not [act for act in acts if "/hire/" in act[2]]


def test_a_paid_invoice_needs_a_word_more(ready_world: World, tillpost: Command) -> None:
    ready_world.post()
    sale, paid = _paid_invoice(ready_world)
    void = ("void", "-o", "harbour", "--document", sale, "--why", "cancelled")
    code, _, err = tillpost(ready_world, *void)
    assert (code, f"payment {paid}" in err, _states(ready_world, sale, paid)) == (1, True, ["posted", "posted"])
    code, out, _ = tillpost(ready_world, *void, "--with-payments")
    assert (code, out.splitlines()[-1]) == (0, f"The invoice {sale} is void in Xero.")
    assert _states(ready_world, sale, paid) == ["voided", "voided"]
    assert ready_world.states()["hire/sales"] == "voided"
    assert tillpost(ready_world, *void)[:2] == (0, "It is void already.\n")
    code, out, _ = tillpost(ready_world, "status", "-o", "harbour", "-d", "2026-10-05")
    assert "was voided in Xero (" in out and "tillpost release" in out
    tillpost(ready_world, "release", "-o", "harbour", "-s", "hire", "-d", "2026-10-05", "--why", "cancelled for good")
    assert ready_world.states()["hire/sales"] == "posted"


def test_a_lost_answer_is_carried_on_by_the_next_posting(ready_world: World, tillpost: Command) -> None:
    ready_world.post()
    ready_world.xero.admin.add_fault("drop_before", match="POST /ManualJournals/.*")
    void = ("void", "-o", "harbour", "--document", CAFE, "--why", "wrong till")
    code, out, _ = tillpost(ready_world, *void)
    assert (code, "gave no clear answer" in out, ready_world.states()["cafe/sales"]) == (1, True, "unknown")
    ready_world.post()
    assert (_states(ready_world, CAFE), ready_world.states()["cafe/sales"]) == (["voided"], "voided")


def test_what_may_not_be_voided_is_told_and_withdrawn(ready_world: World, tillpost: Command) -> None:
    ready_world.post()
    ready_world.xero.admin.add_fault("status", match="POST /ManualJournals/.*", status=403, times=9)
    void = ("void", "-o", "harbour", "--document", CAFE, "--why", "wrong till")
    code, out, _ = tillpost(ready_world, *void)
    assert (code, "is not confirmed to be void" in out, "status 403" in out) == (1, True, True)
    assert (ready_world.post()["why"], ready_world.states()["cafe/sales"]) == ("", "unknown")
    assert tillpost(ready_world, *void, "--withdraw", "--again")[0] == 2
    code, _, err = tillpost(ready_world, *void, "--withdraw")
    assert (code, f"A request to void the journal {CAFE} may still be on its way" in err) == (1, True)
    with ready_world.database().write() as tx:
        tx.execute(update(document).values(updated_at=ready_world.database().now() - timedelta(minutes=7)))
    code, out, _ = tillpost(ready_world, *void, "--withdraw")
    assert (code, out) == (0, f"The journal {CAFE} stays in Xero: it is not voided.\n")
    assert ready_world.states()["cafe/sales"] == "posted"


def test_what_somebody_voids_in_xero_is_voided_here(ready_world: World, tillpost: Command) -> None:
    ready_world.post()
    sale, paid = _paid_invoice(ready_world)
    admin = ready_world.xero.admin
    for one in admin.documents(ready_world.shop, kind="payment"):
        admin.void(ready_world.shop, one["id"])
    admin.void(ready_world.shop, sale)
    assert tillpost(ready_world, "payments", "-o", "harbour")[0] == 0
    assert _states(ready_world, sale, paid) == ["voided", "voided"]
    code, out, _ = tillpost(ready_world, "status", "-o", "harbour", "-d", "2026-10-05")
    assert (code, "was voided in Xero (by somebody in Xero" in out) == (0, True)


def test_a_refusal_says_what_to_do_and_is_sent_again(ready_world: World, tillpost: Command) -> None:
    admin = ready_world.xero.admin
    admin.change_settings(ready_world.shop, max_lines=1)
    done = ready_world.post()
    assert (done["refused"] > 1, len(done["reasons"])) == (True, min(done["refused"], 5))
    assert all(reason.endswith("`tillpost retry`.") for reason in done["reasons"])
    [reason] = [r for r in ready_world.streams()["cafe/sales"].reasons if "refused" in r]
    assert reason == (
        f"Journal {CAFE} was refused: A document must not have more than 1 lines. Tillpost does not know this message: mend in Xero or in "
        "the mapping files what it names, then send it again with `tillpost retry`."
    )
    admin.change_settings(ready_world.shop, max_lines=0)
    retry = ("retry", "-o", "harbour", "--why", "mended")
    code, _, err = tillpost(ready_world, *retry, "--document", "TP/none")
    assert (code, "No document of harbour has the number or key 'TP/none'" in err) == (1, True)
    code, out, _ = tillpost(ready_world, *retry, "-s", "cafe", "-d", "2026-10-05", "--stream", "sales")
    assert (code, out) == (0, f"  journal {CAFE}\n1 refused documents are ready again; the next posting run sends them.\n")
    code, _, err = tillpost(ready_world, *retry, "--document", CAFE)
    assert (code, f"The journal {CAFE} is ready, not refused" in err) == (1, True)
    assert tillpost(ready_world, *retry)[0] == 0
    ready_world.post()
    ready_world.check_complete()


@pytest.mark.parametrize(("kind", "start"), [("note", b"Tillpost sent journal"), ("pdf", b"%PDF-"), ("csv", b"\xef\xbb\xbfHarbour Group")])
def test_evidence_stands_beside_the_document(ready_world: World, kind: str, start: bytes) -> None:
    ready_world.edit_yml(lambda org: org.update(posting={"evidence": kind}))
    done = ready_world.post()
    with ready_world.database().read() as tx:
        pieces = tx.execute(select(evidence.c.state, document.c.kind, document.c.xero_id).join(document)).all()
    assert ({state for state, _, _ in pieces}, done["left"]) == ({"done"}, 0)
    assert len(pieces) == (14 if kind == "note" else 2)
    xero_id = next(piece.xero_id for piece in pieces if piece.kind == "journal")
    from tillpost.flows.clients import xero_client
    from tillpost.xero.sender import InXero

    site = ready_world.site
    client = xero_client(site, site.organisation("harbour"), db=ready_world.database())
    from tillpost.model.documents import DocumentKind

    if kind == "note":
        [words] = client.notes_of(InXero(DocumentKind.JOURNAL, xero_id))
        assert words.encode().startswith(start)
    else:
        answer = client.read("get_manual_journal_attachments", "Attachments", manual_journal_id=xero_id)
        assert answer is not None
        assert [one["FileName"] for one in answer["Attachments"]] == [f"tillpost-harbour-2026-10-05.{kind}"]
    assert ready_world.post()["calls"] <= 8
