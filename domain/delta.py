"""What changed between two published snapshots of a view."""

from collections.abc import Mapping, Sequence
from typing import Any

BY_CODE = ("signs", "streets", "areas")  # lists whose items are merged by their code


def delta(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The new `version`, the `prev` one, and what differs: keys whole, BY_CODE lists by item."""
    changed: dict[str, Any] = {"version": after["version"], "prev": before["version"]}
    for key, value in after.items():
        if key == "version" or before.get(key) == value:
            continue
        changed[key] = _items(before.get(key) or (), value) if key in BY_CODE else value
    return changed


def _items(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    known = {item["code"]: item for item in before}
    return [item for item in after if known.get(item["code"]) != item]
