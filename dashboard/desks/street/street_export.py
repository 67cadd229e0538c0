"""The table of a place's page: every sign there."""

from dashboard.export.ask import Ask
from dashboard.export.document import Document
from dashboard.export.present import signs_at


def street_signs(ask: Ask) -> Document:
    """Every sign at one street; 不适用 where it is not defined there."""
    return signs_at(ask, ask.picture(), ask.place("code"), ask.city.signs, "street-signs", {})
