"""A page that is watched: whatever it complains of and whatever it asks of anybody else is written down, and asked of nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route

PHONE = 380


@dataclass
class Watched:
    """A page, what its console and scripts complained of, and the addresses beyond this machine that it wanted."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def overhang(self, width: int = PHONE) -> int:
        """How many pixels the page itself is wider than a window of that width; tables may scroll within."""
        self.page.set_viewport_size({"width": width, "height": 800})
        return int(self.page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - window.innerWidth"))

    def _look_at(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme == "file" or address.hostname in ("127.0.0.1", "localhost"):
            route.continue_()
        else:
            self.strangers.append(route.request.url)
            route.abort()


def watch(browser: Browser) -> Watched:
    """A new page in a session of its own, on a desk."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-AU", timezone_id="Australia/Melbourne")
    watched = Watched(context.new_page())
    context.route("**/*", watched._look_at)
    watched.page.on("console", lambda said: watched.complaints.append(said.text) if said.type in ("error", "warning") else None)
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    watched.page.on("requestfailed", lambda request: watched.complaints.append(f"failed: {request.url}"))
    return watched
