"""A machine that sends readings, and holds every answer against the interface's description."""

import gzip
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from dashboard.api.openapi import document
from data_access.accounts.keys import KeyKind, add_key
from data_access.intake.sources import ensure_source
from data_access.store.tables import sources
from domain.clock import MINUTE_MS, to_rfc3339
from tests.web.site import Site

PATH = "/api/v1/readings"
DOCUMENT = document()
Json = dict[str, Any]
_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


class Sender:
    """One source with its key."""

    def __init__(self, site: Site, source: str = "probe") -> None:
        self.site = site
        self.source = source
        ensure_source(site.db, site.services.catalogue, source, site.clock.ms)
        self.key = add_key(site.db, f"key-{source}", KeyKind.INGEST, source, site.clock.ms)
        self._client = site.app.server.test_client()
        catalogue = site.services.catalogue
        self.sign = next(
            s for s in catalogue.signs if s.at_street and s.value_min <= 0 < 100 <= s.value_max
        )
        self.street = catalogue.streets[0].code

    def reading(self, minute: int = 0, **changes: Any) -> Json:
        """A good reading, `minute` minutes old, with some fields changed."""
        return {
            "source": self.source,
            "sign": self.sign.code,
            "street": self.street,
            "observed_at": to_rfc3339(self.site.clock.ms - minute * MINUTE_MS),
            "value": 0.5,
            **changes,
        }

    def post(self, body: bytes | str, **headers: str) -> TestResponse:
        """Send a body; header names with `_` for `-`. The answer is one that is described."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            **named,
        }
        answer = self._client.post(PATH, data=body, headers=sent)
        described = DOCUMENT["paths"][PATH]["post"]["responses"][str(answer.status_code)]
        fits(answer.get_json(), described["content"]["application/json"]["schema"])
        for name in described.get("headers", {}):
            assert int(answer.headers[name]) >= 1
        return answer

    def send(self, *readings: Any, **headers: str) -> Json:
        """Send readings as Python writes them; the outcome."""
        answer = self.post(json.dumps(readings), **headers)
        assert answer.status_code == 200, answer.text
        outcome: Json = answer.get_json()
        assert outcome["accepted"] + outcome["duplicates"] + len(outcome["rejected"]) == len(
            readings
        )
        return outcome

    def zipped(self, body: str) -> TestResponse:
        """Send a body compressed."""
        return self.post(gzip.compress(body.encode()), Content_Encoding="gzip")

    def account(self) -> Any:
        """The register's line of the source as it is now."""
        with self.site.db.read() as conn:
            query = select(sources).where(sources.c.code == self.source)
            return conn.execute(query).one()


def resolve(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, or the one that it refers to; KeyError when there is none."""
    if "$ref" not in schema:
        return schema
    node: Any = DOCUMENT
    for part in schema["$ref"].removeprefix("#/").split("/"):
        node = node[part]
    found: Mapping[str, Any] = node
    return found


def fits(value: Any, schema: Mapping[str, Any]) -> None:
    """AssertionError unless a value has the form that a schema describes, and no field more."""
    schema = resolve(schema)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(isinstance(value, _TYPES[kind]) for kind in kinds), (value, schema)  # type: ignore[arg-type]
    if "enum" in schema:
        assert value in schema["enum"]
    if isinstance(value, list):
        for each in value:
            fits(each, schema["items"])
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema["required"]) <= value.keys() <= schema["properties"].keys()
        for name, each in value.items():
            fits(each, schema["properties"][name])
