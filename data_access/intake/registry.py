"""The kinds of facts that the door takes in: every file of `data_access.intake.kinds` makes one."""

import importlib
import pkgutil
from typing import Any

from data_access.intake import kinds
from data_access.intake.kind import Kind


def found() -> dict[str, Kind[Any]]:
    """By name, what each file there calls `KIND`; ValueError where two have one name."""
    files = pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}.")
    made: list[Kind[Any]] = [importlib.import_module(file.name).KIND for file in files]
    named = {kind.name: kind for kind in made}
    if len(named) < len(made):
        raise ValueError(f"two kinds have one name: {sorted(kind.name for kind in made)}")
    return named


KINDS = found()
"""By name: what batches and mappings call them."""
