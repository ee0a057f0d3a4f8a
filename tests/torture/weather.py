"""What goes wrong on the way to Xero during one drain, by chance: faults of the local Xero, slow answers, lists that lag."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.torture.local_xero import Weather

WRITE, MAKE, READ, TOKEN = "^PUT /(?!api.xro|Contacts)", "^PUT ", "^GET /(?!connections)", "/connect/token"
ANY = f"{MAKE}|{READ}"
# The most that a slow request is booked late and that a list lags, in seconds, together shorter than the rest of what is unknown (420).
LATE_AND_LAG = ((240, 120), (150, 240), (130, 280), (240, 0))

Fault = dict[str, Any]


def weather_of(chance: Random, late_and_lag: tuple[int, int], *, fair: bool) -> Weather:
    """Faults in order, some of which may never be met; none where it is ``fair``."""
    late, lag = late_and_lag
    if fair:
        return Weather()
    slowest = chance.choice([0.5, 1.0, 5.0, 12.0])
    found = Weather(fastest=slowest / 4, slowest=slowest, lag=chance.choice([0.0, lag / 3, float(lag), float(lag)]))
    found.faults = [_fault(chance, late) for _ in range(chance.choice([0, 1, 1, 2, 2, 4]))]
    return found


def _fault(chance: Random, late: int) -> Fault:
    make = chance.choices([_lost, _slow, _answered, _limited, _token], weights=[8, 5, 3, 2, 1])[0]
    return {"after": chance.choice([0, 0, 0, 1, 2, 4]), **make(chance, late)}


def _lost(chance: Random, late: int) -> Fault:
    return chance.choice(
        [
            {"kind": "drop_after", "match": WRITE, "times": chance.choice([1, 1, 2, 5])},
            {"kind": "drop_after", "match": WRITE, "times": chance.choice([1, 1, 2, 5])},
            {"kind": "drop_after", "match": MAKE},
            {"kind": "drop_before", "match": WRITE},
            {"kind": "drop_before", "match": ANY},
            {"kind": "drop_before", "match": ANY, "body": "unreachable"},
        ]
    )


def _slow(chance: Random, late: int) -> Fault:
    seconds = float(chance.choice([3, 20, 50, 110]) if chance.random() < 0.3 else chance.randint(125, late))
    return {"kind": "delay", "match": chance.choice([WRITE, WRITE, WRITE, MAKE, ANY]), "seconds": seconds}


def _answered(chance: Random, late: int) -> Fault:
    status = chance.choice([500, 500, 503, 503, 504, 400, 404, 412, 413, 401, 403])
    body = chance.choice(["", "", "<html>Bad gateway</html>", "{"])
    return {"kind": "status", "match": chance.choice([WRITE, WRITE, MAKE, READ]), "status": status, "body": body}


def _limited(chance: Random, late: int) -> Fault:
    headers = chance.choice(
        [
            {},
            {"X-Rate-Limit-Problem": "concurrent"},
            {"X-Rate-Limit-Problem": "minute", "Retry-After": str(chance.randint(1, 60))},
            {"X-Rate-Limit-Problem": "appminute"},
            {"X-Rate-Limit-Problem": "day", "Retry-After": str(chance.randint(60, 80_000))},
        ]
    )
    return {"kind": "status", "match": ANY, "status": 429, "headers": headers}


def _token(chance: Random, late: int) -> Fault:
    return chance.choice(
        [
            {"kind": "expire_tokens", "match": ANY},
            {"kind": "refuse_token", "match": TOKEN},
            {"kind": "status", "match": TOKEN, "status": 503},
            {"kind": "drop_after", "match": "/connections"},
        ]
    )
