"""Every table that can be taken away: its name, who may have it, and how it is made.

The roles stand here; which rows of a table an actor has is decided where they are read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dashboard.export import (
    tables_audit,
    tables_index,
    tables_now,
    tables_past,
    tables_scores,
    tables_sources,
)
from dashboard.export.ask import Ask
from dashboard.export.document import Document
from dashboard.export.tables_corrections import corrections_table
from dashboard.security.policy import ADMINS, STAFF, Roles


@dataclass(frozen=True, slots=True)
class Table:
    """One exportable table."""

    roles: Roles
    make: Callable[[Ask], Document]


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "signs": Table(STAFF, tables_now.signs),
        "sign-streets": Table(STAFF, tables_now.sign_streets),
        "streets": Table(STAFF, tables_now.streets),
        "street-signs": Table(STAFF, tables_now.street_signs),
        "index": Table(STAFF, tables_index.index),
        "index-course": Table(STAFF, tables_index.course),
        "series": Table(STAFF, tables_past.series_table),
        "corrections": Table(STAFF, corrections_table),
        "episodes": Table(STAFF, tables_past.episodes),
        "episode-counts": Table(STAFF, tables_past.episode_counts),
        "rankings": Table(STAFF, tables_scores.rankings),
        "receipt": Table(STAFF, tables_scores.receipt),
        "sources": Table(STAFF, tables_sources.sources),
        "quarantine": Table(STAFF, tables_sources.quarantine),
        "audit": Table(ADMINS, tables_audit.audit),
    }
)
"""A table that is not here does not exist; for quarantine the rows decide (see data_access)."""
