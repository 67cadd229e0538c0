"""The pages that the application has: what their modules have told Dash of them, in their order."""

from typing import Any

import dash

from dashboard.desks.spec import PageSpec
from dashboard.export.table import Table


def pages() -> list[PageSpec[Any]]:
    """Every page's spec."""
    return [page["spec"] for page in dash.page_registry.values() if "spec" in page]


def tables() -> dict[str, Table]:
    """Every table that a page offers, by its name; ValueError for a name that stands twice."""
    found: dict[str, Table] = {}
    for spec in pages():
        for table in spec.tables:
            if table.name in found:
                raise ValueError(f"page {spec.name}: there is a table {table.name} already")
            found[table.name] = table
    return found
