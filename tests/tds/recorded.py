"""Recorded answers: by a word in the statement, or by the SQL file that it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.tds.answers import Answers, Params, SqlServerError
from tillpost.pos.queries import Queries, Query

# As a driver leaves a bind: a value written out, or a parameter.
_BIND = r"(N?'(?:[^']|'')*'|NULL|[-+]?[\d.]+|@\w+)"


class Recorded:
    """Answers by a word that the statement must hold, the first that fits; ``asked`` keeps each statement with its values."""

    def __init__(self, answers: Mapping[str, Answers | SqlServerError]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Params]] = []

    def __call__(self, sql: str, params: Params) -> Answers:
        self.asked.append((sql, params))
        for word, answer in self.answers.items():
            if word.lower() in sql.lower():
                return _given(answer)
        raise SqlServerError(50000, f"nothing is recorded for the statement {sql[:200]!r}")


class RecordedTables:
    """Answers by contract table: a statement is known by the whole text of its SQL file, around the values that were bound.

    ``bound`` keeps what was bound to each name, as it was sent.
    """

    def __init__(self, queries: Queries, answers: Mapping[str, Answers | SqlServerError]) -> None:
        self.answers = answers
        self.bound: dict[str, dict[str, object]] = {}
        self._patterns = {query.name: _pattern(query) for query in queries}

    def __call__(self, sql: str, params: Params) -> Answers:
        for table, (pattern, names) in self._patterns.items():
            if match := pattern.fullmatch(sql):
                found = zip(names, match.groups(), strict=True)
                self.bound[table] = {name: params.get(text, text) for name, text in found}
                return _given(self.answers[table])
        raise SqlServerError(50000, f"the statement is none of the SQL files: {sql[:200]!r}")


def _given(answer: Answers | SqlServerError) -> Answers:
    if isinstance(answer, SqlServerError):
        raise answer
    return answer


def _pattern(query: Query) -> tuple[re.Pattern[str], list[str]]:
    """What a file's statement looks like once values stand where its binds were, and the names of these in their order."""
    pieces = re.split(r"(?<!\\):([A-Za-z_]\w*)", query.escaped)
    texts, names = pieces[::2], pieces[1::2]
    return re.compile(_BIND.join(re.escape(text.replace("\\:", ":")) for text in texts)), names
