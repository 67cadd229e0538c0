"""What the open data is, for programs: an OpenAPI description."""

from typing import Any

from dashboard.public_site.dcat import LICENCE, TABLES, title_of
from dashboard.public_site.sheets import COLUMNS, TYPES
from domain.catalogue import Catalogue

BASE = "/api/v1/public/"
_DOCUMENTS = {
    "datasets": "Catalogue of the data sets (DCAT-AP, JSON-LD)",
    "manifest": "Rules by when they came into force, and what the newest day left out",
    "corrections": "Correction log, newest first",
    "openapi": "This description",
}
_SCHEMA: dict[str, Any] = {
    "period": {"type": "string", "enum": ["present", "day", "week"]},
    "value": {"type": ["number", "null"]},
    "low": {"type": ["number", "null"], "description": "least it can be, or the day's lowest"},
    "high": {"type": ["number", "null"], "description": "most it can be, or the day's highest"},
    "mark": {
        "type": "string",
        "enum": ["exact", "rounded", "few", "unlisted", "withheld", "band", "missing"],
    },
    "demo": {"type": "boolean", "description": "invented for demonstration"},
}
_ROW = {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}
_COLUMNS = {"type": "array", "items": {"type": "string"}}
_CONTENT: dict[str, Any] = {
    TYPES["json"]: {
        "schema": {"type": "object", "properties": {"columns": _COLUMNS, "rows": _ROW}}
    },
    **{TYPES[kind].partition(";")[0]: {} for kind in ("csv", "xlsx")},
}
SCHEMA = {name: _SCHEMA.get(name, {"type": "string"}) for name in COLUMNS}


def openapi(catalogue: Catalogue, base: str = BASE, *, served: bool = True) -> dict[str, Any]:
    """The OpenAPI 3.1 description of everything below `base`.

    Without `served` it is of files beside it: no questions are answered.
    """
    paths = {
        f"{base}{name}.{{kind}}": _operation(title_of(name, "en"), dated and served)
        for name, (_, dated) in TABLES.items()
    }
    one = _operation("One vital sign of the district by day", served)
    one["get"]["parameters"].append(_parameter("sign", "path", "code of a public sign"))
    paths[f"{base}signs/{{sign}}.{{kind}}"] = one
    for name in _DOCUMENTS:
        paths[f"{base}{name}.json"] = {
            "get": {"summary": _DOCUMENTS[name], "responses": {"200": {"description": "JSON"}}}
        }
    if served:
        news = {"summary": "Corrections and official warnings as an Atom feed"}
        answer = {"200": {"description": "Atom", "content": {"application/atom+xml": {}}}}
        asked = [_parameter("lang", "query", "zh or en", ["zh", "en"])]
        paths[f"{base}news.atom"] = {"get": {**news, "parameters": asked, "responses": answer}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{catalogue.name.en}: public figures",
            "version": "1",
            "license": {"name": "CC BY 4.0", "url": LICENCE},
        },
        **({} if served else {"servers": [{"url": "."}]}),
        "paths": paths,
        "components": {"schemas": {"Row": {"type": "object", "properties": SCHEMA}}},
    }


def _operation(title: str, dated: bool) -> dict[str, Any]:
    parameters = [_parameter("kind", "path", "csv, json or xlsx", list(TYPES))]
    if dated:
        for name in ("day", "from", "to"):
            parameters.append(_parameter(name, "query", "local date, 2026-11-23"))
    return {
        "get": {
            "summary": title,
            "parameters": parameters,
            "responses": {
                "200": {"description": "the table", "content": _CONTENT},
                "304": {"description": "unchanged since the entity tag that was sent"},
                "400": {"description": "a date or a query that cannot be read"},
                "404": {"description": "there is no such table"},
                "429": {"description": "too many requests; Retry-After says when to come back"},
                "503": {"description": "nothing has been published yet"},
            },
        }
    }


def _parameter(
    name: str, where: str, description: str, values: list[str] | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": description,
        "schema": {"type": "string", **({"enum": values} if values else {})},
    }
