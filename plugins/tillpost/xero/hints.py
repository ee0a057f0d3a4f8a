"""What a refusal means and what to do about it: Xero's own words, the line that they speak of, and a sentence for whoever must act.

The words are those that Xero's pages, recorded answers and public reports of users show; they change, so that each is looked for by the
few words that carry its meaning. https://developer.xero.com/documentation/api/accounting/responsecodes
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tillpost.model.documents import Document, DocumentLine
from tillpost.model.results import ElementResult

_LINE = re.compile(r"line (\d{1,5}): ")
AGAIN = "then send it again with `tillpost retry`."
MAPPING = "and run the date again: what was refused is sent as it is mapped then."
# The first that fits counts; those that are more exact stand before those that would fit too.
_HINTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words, re.IGNORECASE), advice)
    for words, advice in (
        (
            r"lock(ed)? (date|period)|period is locked",
            f"Move the lock date in Xero, or see `locked_period` in docs/configuration.md, {AGAIN}",
        ),
        (r"contact.*archived|archived contact", f"Restore the contact in Xero, or name another one in contacts.csv, {AGAIN}"),
        (
            r"contact name .* already assigned|contact.*unique",
            f"Another contact in Xero has this name. Give that one our contact number, or another name in contacts.csv, {AGAIN}",
        ),
        (
            r"tax ?type.* cannot be used with account|tax (rate|type).*(valid|not)",
            f"Let accounts.csv give this account a tax code that fits it {MAPPING}",
        ),
        (
            r"payments? (are )?(not )?enabled|must be a bank account|not of type bank",
            f"Allow payments to the account in Xero, or map the tender to a bank account {MAPPING}",
        ),
        (r"tracking", f"Add the tracking category and option to Xero, spelt as in the mapping, {AGAIN} Or correct accounts.csv {MAPPING}"),
        (r"currency", f"Add the currency to the organisation in Xero, or correct `currency` in tillpost.yml, {AGAIN}"),
        (
            r"must be unique|already exists|already been used",
            "Xero has a document of this number, and keeps the number when it is voided. If it is ours, `tillpost recover` finds it; "
            f"if somebody typed it, give that one another number, {AGAIN}",
        ),
        (
            r"exceeds the (amount outstanding|remaining credit)|exceeds the amount",
            "Less is open in Xero than this settles: somebody may have entered it there too. Compare the two; remove the one that was "
            f"typed by hand, {AGAIN}",
        ),
        (
            r"against authorised documents|must be authorised|only be allocated to authorised",
            f"What it settles is a draft or void in Xero: approve it there, {AGAIN}",
        ),
        (
            r"reached the limit|limit of (invoices|bills)",
            f"The Xero plan approves no more this month: choose a larger plan or wait, {AGAIN}",
        ),
        (
            r"quantity|line total|debits.*credits|at least two|line items must be|less than zero|greater than zero",
            "Amounts like these should never be sent: report it with the document's number. Until then hold the stream.",
        ),
        (
            r"must not exceed|maximum length|too long|exceeds? .*characters",
            f"A text from the POS is too long for Xero: shorten it there or in the mapping {MAPPING}",
        ),
        (r"account", f"See in Xero that the account is there, active and open to this use, {AGAIN} Or map to another one {MAPPING}"),
        (r"due date", f"Give the contact terms in contacts.csv or in Xero, {AGAIN}"),
        (r"contact", f"See that the contact can be used in Xero, or name another one in contacts.csv, {AGAIN}"),
        (r"not (be )?found|does not exist|unknown", f"What it names is no longer in Xero: look for it there, {AGAIN}"),
        (
            r"permission|not allowed|not permitted",
            f"The connection, or who authorised it, may not do this in Xero: give the right, {AGAIN}",
        ),
        (r"too large", f"It has too many lines or too much text for one request: report it with the document's number, {AGAIN}"),
    )
)
_GENERAL = f"Tillpost does not know this message: mend in Xero or in the mapping files what it names, {AGAIN}"


def explained(results: Sequence[ElementResult], documents: Sequence[Document]) -> list[ElementResult]:
    """The results with each refusal as people read it; what was accepted stays as it is."""
    pairs = zip(results, documents, strict=True)
    return [result if result.accepted else replace(result, messages=(refusal(result.messages, one),)) for result, one in pairs]


def refusal(messages: Sequence[str], document: Document) -> str:
    """A refusal for people: Xero's words, each with the account and text of the line that it speaks of, and what to do."""
    said = "; ".join(_placed(message, document).rstrip(".") for message in messages) or "Xero gave no reason"
    return f"{said}. {hint(messages)}"


def hint(messages: Sequence[str]) -> str:
    """What to do about a refusal: for the first message that is known, else a general word.

    >>> hint(["The document date cannot be before the end of year lock date, currently set at 31-Jul-2013"])
    'Move the lock date in Xero, or see `locked_period` in docs/configuration.md, then send it again with `tillpost retry`.'
    """
    known = (advice for message in messages for words, advice in _HINTS if words.search(message))
    return next(known, _GENERAL)


def _placed(message: str, document: Document) -> str:
    """A message with what stands in the line that it names, for nobody can count lines in Xero."""
    found = _LINE.match(message)
    number = int(found[1]) if found else 0
    if not found or not 0 < number <= len(document.lines):
        return message
    return f"line {number} ({_told(document.lines[number - 1])}): {message[found.end() :]}"


def _told(line: DocumentLine) -> str:
    tax = f", tax {line.tax_type}" if line.tax_type else ""
    words = f", {line.description}" if line.description else ""
    return f"account {line.account}{tax}{words}"
