"""A table that can be taken away: its name, who may have it, and how it is made.

The roles stand here; which rows of a table an actor has is decided where they are read. A page's
spec names its tables: one that no page names does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.export.ask import Ask
from dashboard.export.document import Document
from dashboard.security.policy import Roles


@dataclass(frozen=True, slots=True)
class Table:
    """One exportable table."""

    name: str
    make: Callable[[Ask], Document]
    roles: Roles
