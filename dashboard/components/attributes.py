"""HTML attributes whose names are no Python names."""

from typing import Any


def aria(**words: str) -> dict[str, Any]:
    """`**aria(label="…")` → aria-label."""
    return {f"aria-{name}": word for name, word in words.items()}


def data(**words: str) -> dict[str, Any]:
    """`**data(state="late")` → data-state."""
    return {f"data-{name.replace('_', '-')}": word for name, word in words.items()}
