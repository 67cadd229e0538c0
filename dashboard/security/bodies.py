"""What a callback request may look like. Dash trusts the shape of its bodies; we do not.

The shape is compared with what the callback has declared, so that neither ids nor properties nor
outputs come from the client. Only the values do: those are for the callback to check.
"""

import io
import re
from collections.abc import Iterator
from typing import IO, Any

import msgspec
from dash._utils import split_callback_id, stringify_id
from flask import Flask, Request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge
from werkzeug.utils import cached_property

MAX_BYTES = 256 * 1024
MAX_INTAKE_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_ADDRESS = 2048
MAX_INTEGER = 2**63
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_WILDCARDS = {"MATCH", "ALL", "ALLSMALLER"}


class StrictJson(DefaultJSONProvider):
    """JSON as the standard has it: no NaN, no lone surrogates, no bottomless nesting."""

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """The value of a text; ValueError when it is not JSON."""
        try:
            return msgspec.json.decode(s)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise ValueError("not valid JSON") from error


class WholeRequest(Request):
    """A request whose body comes whole or not at all, also where its length is not told before."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body. Werkzeug cuts one without a length at the limit, and nobody notices."""
        limit = self.max_content_length
        if self.content_length is not None or limit is None:
            return super().stream
        if not self.environ.get("wsgi.input_terminated"):
            return io.BytesIO()
        try:
            body = self.environ["wsgi.input"].read(limit + 1)
        except (OSError, ValueError) as error:
            raise ClientDisconnected("the body ended before its end") from error
        if len(body) > limit:
            raise RequestEntityTooLarge()
        return io.BytesIO(body)


def limit_bodies(server: Flask) -> None:
    """Set the size limit and the strict parsers; the gate lets intake have more."""
    server.request_class = WholeRequest
    server.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    server.config["MAX_FORM_MEMORY_SIZE"] = MAX_BYTES
    server.config["MAX_FORM_PARTS"] = 50
    server.json = StrictJson(server)


def safe_address(text: object) -> bool:
    """Whether a path or query is one line of sane length."""
    return isinstance(text, str) and len(text) <= MAX_ADDRESS and not _CONTROL.search(text)


def check_depth(body: object) -> None:
    """BadRequest for too deep a nesting, a NUL in a text, a number beyond 64 bits."""
    stack: list[tuple[object, int]] = [(body, 1)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, str):
            if "\0" in node:
                raise BadRequest("a text holds a NUL character")
        elif isinstance(node, int):
            if not -MAX_INTEGER <= node < MAX_INTEGER:
                raise BadRequest("a number is beyond 64 bits")
        elif isinstance(node, (dict, list)):
            if depth > MAX_DEPTH:
                raise BadRequest("nested too deeply")
            stack.extend((child, depth + 1) for child in _children(node))


def check_callback(body: object, declared: dict[str, Any]) -> None:
    """BadRequest unless the body has the shape that the callback has declared."""
    if not isinstance(body, dict):
        raise BadRequest("an object is expected")
    inputs = _dependencies(body.get("inputs", []), declared["inputs"], "inputs")
    _dependencies(body.get("state", []), declared["state"], "state")
    _check_outputs(body, declared)
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(c, str) for c in changed):
        raise BadRequest("changedPropIds: texts are expected")
    if not set(changed) <= inputs:
        raise BadRequest("changedPropIds: not an input")


def check_router(body: dict[str, Any]) -> str:
    """The path that the page router is asked for; BadRequest unless path and query are texts."""
    pathname, search = (entry.get("value") for entry in body["inputs"][:2])
    if not safe_address(pathname) or not pathname.startswith("/"):
        raise BadRequest("pathname: a path is expected")
    if search is not None and not safe_address(search):
        raise BadRequest("search: a query is expected")
    return str(pathname)


def _children(node: dict[Any, Any] | list[Any]) -> Iterator[object]:
    if isinstance(node, dict):
        yield from node.keys()
        yield from node.values()
    else:
        yield from node


def _dependencies(given: object, declared: list[dict[str, str]], what: str) -> set[str]:
    """The `id.property` of every given entry, once they match what was declared."""
    if not isinstance(given, list) or len(given) != len(declared):
        raise BadRequest(f"{what}: {len(declared)} entries are expected")
    names: set[str] = set()
    for entry, wanted in zip(given, declared, strict=True):
        many = entry if isinstance(entry, list) and wanted["id"].startswith("{") else [entry]
        for one in many:
            names.add(_dependency(one, wanted, what))
    return names


def _dependency(entry: object, wanted: dict[str, str], what: str) -> str:
    if not isinstance(entry, dict) or not _id_fits(entry.get("id"), wanted["id"]):
        raise BadRequest(f"{what}: not the declared component")
    if entry.get("property") != wanted["property"]:
        raise BadRequest(f"{what}: not the declared property")
    return f"{stringify_id(entry['id'])}.{wanted['property']}"


def _check_outputs(body: dict[str, Any], declared: dict[str, Any]) -> None:
    if declared.get("no_output"):
        if body.get("outputs") not in (None, [], {}):
            raise BadRequest("outputs: none is expected")
        return
    wanted = split_callback_id(body["output"])  # type: ignore[no-untyped-call]
    given = body.get("outputs")
    if isinstance(wanted, dict):
        wanted, given = [wanted], [given]
    if not isinstance(given, list) or len(given) != len(wanted):
        raise BadRequest(f"outputs: {len(wanted)} are expected")
    for entry, expected in zip(given, wanted, strict=True):
        plain = {"id": expected["id"].replace("\\.", "."), "property": expected["property"]}
        many = entry if isinstance(entry, list) and plain["id"].startswith("{") else [entry]
        for one in many:
            _dependency(one, plain, "outputs")


def _id_fits(given: object, declared: str) -> bool:
    """Whether an id is the declared one, or fits its pattern ({"index": ["ALL"], …})."""
    if not declared.startswith("{"):
        return given == declared
    pattern = msgspec.json.decode(declared)
    if not isinstance(given, dict) or given.keys() != pattern.keys():
        return False
    for key, value in pattern.items():
        wild = isinstance(value, list) and len(value) == 1 and value[0] in _WILDCARDS
        if wild and not isinstance(given[key], (str, int, float)):
            return False
        if not wild and given[key] != value:
            return False
    return True
