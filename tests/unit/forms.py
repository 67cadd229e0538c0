"""What the readers of a city's files ask of every cell and key, as words: taken from the readers
themselves while they read, so that the documentation can be held against them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, get_args, get_origin

import msgspec
import pytest

from data_access.catalogue import city, publication, wall
from data_access.catalogue.rows import Row
from domain.publication import Weighed
from engine.demo import behaviour_files

GETTERS = (
    *("text", "code", "chinese", "english", "number", "optional_number", "integer"),
    *("optional_integer", "choice", "member", "optional_member", "flag", "items"),
)
Forms = dict[str, dict[str, str]]  # file → column or key → form


def _form(getter: str, arguments: dict[str, Any]) -> str:
    longest, empty = arguments.get("longest"), arguments.get("empty")
    least, most = arguments.get("low"), arguments.get("high")
    match getter:
        case "text" | "chinese" | "english":
            word = {"text": "text", "chinese": "Chinese", "english": "English"}[getter]
            form = f"{word} ≤ {longest}"
        case "code":
            form = f"`{arguments['pattern']}`"
        case "number" | "optional_number":
            form = "number"
        case "integer" | "optional_integer":
            form = f"whole {least} … {most}"
        case "flag":
            form = "yes, no"
        case "member" | "optional_member":
            kind: type[StrEnum] = arguments["kind"]
            form = ", ".join(member.value for member in kind)
        case "choice":
            allowed, what = arguments["allowed"], arguments["what"]
            fixed = isinstance(allowed, tuple) and what != "threshold rule"
            form = ", ".join(allowed) if fixed else f"known {what}"
        case _:
            form = "list" if arguments.get("allowed") is None else "list of known codes"
    optional = getter.startswith("optional") or bool(empty)
    return f"{form}; may be empty" if optional else form


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forms]:
    """Every column that is read within the block, by file, with its form."""
    found: Forms = {}
    depth = 0

    def watch(name: str, getter: Callable[..., Any]) -> Callable[..., Any]:
        import inspect

        signature = inspect.signature(getter)

        def asked(row: Row, *args: Any, **named: Any) -> Any:
            nonlocal depth
            bound = signature.bind(row, *args, **named)
            bound.apply_defaults()
            if depth == 0:
                column = bound.arguments["name"]
                found.setdefault(row.file, {}).setdefault(column, _form(name, bound.arguments))
            depth += 1
            try:
                return getter(row, *args, **named)
            finally:
                depth -= 1

        return asked

    with monkeypatch.context() as patched:
        for name in GETTERS:
            patched.setattr(Row, name, watch(name, getattr(Row, name)))
        real = publication._File.number

        def number(
            file: Any, name: str, key: str, least: float, most: float, default: float
        ) -> float:
            form = f"{least:.9g} … {most:.9g}, else {default:.9g}"
            found.setdefault(publication.FILE, {})[f"{name}.{key}"] = form
            return real(file, name, key, least, most, default)

        patched.setattr(publication._File, "number", number)
        yield found


def toml_forms() -> Forms:
    """Every key of the TOML files by file; a form where a reader declares limits."""
    found: Forms = {
        city.FILE: {},
        publication.FILE: {},
        wall.FILE: {},
        behaviour_files.TOML_FILE: {},
    }
    for section, keys in city.KEYS.items():
        for key in keys:
            limited = f"0 … {city.MOST_HOURS} hours" if key in city.LIMITED else ""
            found[city.FILE][f"{section}.{key}" if section else key] = limited
    for section, named in publication._KEYS.items():
        for key in sorted(named - publication._KEYS.keys() - {"bands", "weights"}):
            found[publication.FILE][f"{section}.{key}" if section else key] = ""
    counted = ", ".join(kind.value for kind in Weighed)
    found[publication.FILE] |= {"bands.…": "", "weights.…": counted}
    for key in wall._PROFILE:
        found[wall.FILE][f"profiles.{key}"] = ""
    for key in wall._MODE:
        low, high = wall.LIMITS.get(key, (0, 0))
        found[wall.FILE][f"profiles.….{key}"] = f"{low} … {high} s" if high else ""
    found[wall.FILE]["profiles.….scenes"] = f"1 … {wall.MOST_SCENES}"
    for field in msgspec.structs.fields(behaviour_files._Tables):
        for inner in _inner(field.type):
            found[behaviour_files.TOML_FILE][f"{field.encode_name}.{inner}"] = ""
    return found


def _inner(kind: Any) -> Iterator[str]:
    """Keys of a table, of a table of tables (`….key`), or of an array of tables."""
    named = "" if isinstance(kind, type) or get_origin(kind) is tuple else "…."
    struct = kind if isinstance(kind, type) else get_args(kind)[-1 if named else 0]
    return (f"{named}{field.encode_name}" for field in msgspec.structs.fields(struct))
