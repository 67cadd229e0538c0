"""A critical eye: what is cut off, too small, overlapping or wider than the window on a page."""

from pathlib import Path

from playwright.sync_api import Page

AUDIT = Path(__file__).with_name("audit.js").read_text(encoding="utf-8")


def looked_at(page: Page, origin: str, path: str, painted: str, lang: str) -> list[str]:
    """The faults of a page at `path`, once `painted` is there."""
    page.goto(f"{origin}{path}{'&' if '?' in path else '?'}lang={lang}")
    page.wait_for_selector(painted)
    options = {"root": "body", "smallest": 11, "scrolls": True}
    found: list[str] = page.evaluate(AUDIT, options)["faults"]
    return found
