"""What spreadsheets do to a CSV: what is read all the same, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tillpost.errors import ConfigError
from tillpost.mapping.files import read_rows

PLAIN = 'kind,code,note\ntender,0101,Cash\ntender,EFT,"Cards, all"\n'
ROWS = [(2, {"kind": "tender", "code": "0101", "note": "Cash"}), (3, {"kind": "tender", "code": "EFT", "note": "Cards, all"})]


def rows(folder: Path, content: bytes) -> list[tuple[int, dict[str, str]]]:
    (folder / "accounts.csv").write_bytes(content)
    return [(row.line, dict(row.cells)) for row in read_rows(folder / "accounts.csv", ("kind", "code", "note"))]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace(",", ";").replace("Cards; all", "Cards, all").encode(),
        PLAIN.replace(",", "\t").replace("Cards\t all", "Cards, all").encode("utf-16"),
        PLAIN.replace("0101", '"=""0101"""').encode(),
        PLAIN.replace("tender", " tender\u00a0").replace("kind", " Kind ").encode(),
        (PLAIN + ",,\n\n").encode(),
    ],
    ids=["plain", "mark", "windows", "semicolons", "unicode text", "formula of text", "stray spaces", "empty rows"],
)
def test_what_can_be_read_reads_the_same(tmp_path: Path, content: bytes) -> None:
    assert rows(tmp_path, content) == ROWS


def test_a_separator_line_and_a_quoted_line_end_are_counted(tmp_path: Path) -> None:
    text = 'sep=;\r\nkind;code;note\r\ntender;CASH;"two\r\nlines"\r\ntender;EFT;Cards\r\n'
    assert rows(tmp_path, text.encode()) == [
        (3, {"kind": "tender", "code": "CASH", "note": "two\r\nlines"}),
        (5, {"kind": "tender", "code": "EFT", "note": "Cards"}),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PLAIN.replace("0101", "1E+05"), "accounts.csv:2: '1E+05' is a number in scientific notation, as a spreadsheet makes of long codes: format the column as text, and write the code again."),
        (PLAIN.replace("0101", "=A1"), "accounts.csv:2: '=A1' is a formula: format the column as text, and write the code again."),
        (PLAIN.replace('all"', "all"), "accounts.csv:3: the row cannot be read as CSV (unexpected end of data): a quote is not closed, or stands alone."),
        (PLAIN.replace("note", "code"), "accounts.csv:1: column 'note' is missing; found: kind, code, code. Allowed: kind, code, note."),
        (PLAIN.replace("kind,", "kind,code,"), "accounts.csv:1: column 'code' is there twice."),
        ("", "accounts.csv:1: column 'kind' is missing; found: nothing. Allowed: kind, code, note."),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as problem:
        rows(tmp_path, text.encode())
    assert str(problem.value).replace(str(tmp_path) + "/", "") == message
