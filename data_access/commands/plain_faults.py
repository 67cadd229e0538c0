"""Faults that are told in a line, not in a stack of calls: what a person can mend or wait for."""

from pydantic import ValidationError

from data_access.catalogue.loader import CatalogueError
from data_access.mappings.mapping import MappingError
from data_access.store.condition import condition_of

CONFIG_FAULT = 2  # the supervisor does not restart what ends with this
STORE_FAULT = 1
_OURS = ("SECRET_KEY", "LOG_LEVEL", "MAP", "ulimit -n")  # ValueErrors that say what to mend


def plain_fault(fault: Exception) -> tuple[int, list[str]]:
    """(Exit code, lines for a person); no lines for what only a programmer can mend."""
    if isinstance(fault, CatalogueError | MappingError):
        return CONFIG_FAULT, [str(fault)]
    if isinstance(fault, ValidationError) and fault.title == "Settings":
        named = (f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in fault.errors())
        return CONFIG_FAULT, ["the environment has faults:", *named]
    if isinstance(fault, ValueError) and str(fault).startswith(_OURS):
        return CONFIG_FAULT, [str(fault)]
    if condition_of(fault) is not None:
        return STORE_FAULT, [f"the database: {getattr(fault, 'orig', fault)}"]
    return STORE_FAULT, []
