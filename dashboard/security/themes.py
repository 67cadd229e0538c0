"""Light and dark: what an address may ask for, and what a page has when it asks for nothing."""

from dashboard.security.screens import PATH as SCREEN

THEMES = ("light", "dark")


def theme(wanted: object, path: str) -> str | None:
    """A theme from a query string; the wall is dark, desks follow the system (None)."""
    if isinstance(wanted, str) and wanted in THEMES:
        return wanted
    return "dark" if path.rstrip("/") == SCREEN else None
