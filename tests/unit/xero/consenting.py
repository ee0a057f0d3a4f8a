"""A person at the browser: opens the local Xero's page of consent, decides, and follows the answer back to this machine."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

import httpx


def decide(address: str, org: str, decision: str = "allow") -> httpx.Response:
    """Decide on the page of that address for one organisation; what the waiting program answers."""
    sent_back = decided(address, org, decision)
    assert sent_back.status_code == 303, sent_back.text
    return get(sent_back.headers["location"])


def decided(address: str, org: str, decision: str = "allow", **changed: str) -> httpx.Response:
    """The local Xero's answer to the form, some of its hidden fields changed."""
    page = get(address)
    assert page.status_code == 200, page.text
    fields = {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)}
    place = urlsplit(address)
    with httpx.Client(trust_env=False, verify=False) as http:
        headers = {"Origin": f"{place.scheme}://{place.netloc}"}
        return http.post(f"{headers['Origin']}{place.path}", data={**fields, "org": org, "decision": decision, **changed}, headers=headers)


def get(address: str, **headers: str) -> httpx.Response:
    """Open an address, follow nothing."""
    with httpx.Client(trust_env=False, verify=False, timeout=20) as http:
        return http.get(address, headers=headers)
