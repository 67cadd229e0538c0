"""A struct as a schema of the interface's description: what it is decoded as, and what it says."""

import enum
from typing import Any

import msgspec
from msgspec import inspect

Json = dict[str, Any]
_NAMES: dict[type[inspect.Type], str] = {
    inspect.StrType: "string",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.NoneType: "null",
}


def schema_of(struct: type[msgspec.Struct]) -> Json:
    """The schema of a struct whose fields are plain values, each with its own description."""
    found = inspect.type_info(struct)
    if not isinstance(found, inspect.StructType):
        raise TypeError(f"{struct.__name__} is no struct")
    return {
        "type": "object",
        "required": [each.encode_name for each in found.fields if each.required],
        "properties": {each.encode_name: _field(each) for each in found.fields},
    }


def _field(field: inspect.Field) -> Json:
    kind, told = field.type, dict[str, Any]()
    while isinstance(kind, inspect.Metadata):
        told.update(kind.extra_json_schema or {})
        kind = kind.type
    if field.default is not msgspec.NODEFAULT and field.default is not None:
        told.setdefault("default", field.default)
    return {**_type(kind), **told}


def _type(kind: inspect.Type) -> Json:
    if isinstance(kind, inspect.UnionType):
        parts = [_type(part) for part in kind.types]
        return {**parts[0], "type": [part["type"] for part in parts]}
    if isinstance(kind, inspect.EnumType):
        members: list[enum.Enum] = list(kind.cls)
        return {"type": "string", "enum": [member.value for member in members]}
    if type(kind) not in _NAMES:
        raise TypeError(f"the description knows no {type(kind).__name__}")
    return {"type": _NAMES[type(kind)]}
