"""The kinds of facts that the door takes in."""

from typing import Any

from data_access.intake.kind import Kind
from data_access.intake.kinds.reading import READING

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in (READING,)}
"""By name: what batches and mappings call them."""
