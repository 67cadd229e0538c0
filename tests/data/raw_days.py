"""Raw readings go: retention's round over day tables, in one go."""

from engine.retention import Retention
from engine.steps import advance


def drop_raw(retention: Retention, now_ms: int, cursor: int) -> list[str]:
    """Drop the day tables that are due; their names."""
    gone: list[str] = []
    advance(retention._raw(now_ms, cursor, gone), None)
    return gone
