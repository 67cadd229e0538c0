"""GET /api/v1/openapi.json: the interface as OpenAPI 3.1, its facts as their structs tell them."""

from typing import Any

from dashboard.api.body import MAX_BYTES
from dashboard.api.decoding import MAX_FACTS
from dashboard.api.schemas import Json, schema_of
from dashboard.words.labels import label
from data_access.intake.kind import Kind
from data_access.intake.registry import KINDS
from domain.facts.fact import Reason

VERSION = "1.0.0"


def document() -> Json:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{label('app.name', 'zh')} {label('app.name', 'en')}",
            "version": VERSION,
            "description": (
                "Machines send here what they measure. An answer of 200 means: stored, also if "
                "the power fails now. Sending the same again is harmless."
            ),
        },
        "servers": [{"url": "/"}],
        "security": [{"ingestKey": []}],
        "paths": {
            **{f"/api/v1/{kind.plural}": {"post": _post(kind)} for kind in KINDS.values()},
            **_itself(),
        },
        "components": {
            "securitySchemes": {
                "ingestKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key speaks for one source.",
                },
                "session": {"type": "apiKey", "in": "cookie", "name": "yiping_session"},
            },
            "schemas": {
                **{kind.struct.__name__: schema_of(kind.struct) for kind in KINDS.values()},
                "Outcome": _outcome(),
                "Rejection": _rejection(),
                "Error": _error(),
            },
        },
    }


def _post(kind: Kind[Any]) -> Json:
    one = {"$ref": f"#/components/schemas/{kind.struct.__name__}"}
    several = kind.plural.replace("_", " ")
    return {
        "operationId": f"post{several.title().replace(' ', '')}",
        "summary": f"Send {several}",
        "description": (
            "Each element is judged for itself: what fails goes to quarantine with its reason "
            "(no_value apart), the rest is stored. The body may be compressed with gzip; it "
            "holds at most "
            f"{MAX_FACTS} {several} and {MAX_BYTES} bytes, also after decompression."
        ),
        "parameters": [
            {
                "name": "Content-Encoding",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "enum": ["identity", "gzip"]},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"type": "array", "items": one, "maxItems": MAX_FACTS}
                },
                "application/x-ndjson": {"schema": one},
            },
        },
        "responses": _post_answers(several),
    }


def _post_answers(several: str) -> Json:
    return {
        "200": _answer("Committed.", "Outcome"),
        "401": _answer("No valid ingest key.", "Error"),
        "403": _answer("Sent by a page of another site.", "Error"),
        "413": _answer(f"Too many bytes or {several}, or too much work to read them.", "Error"),
        "415": _answer("A Content-Encoding other than gzip.", "Error"),
        "422": _answer(
            "Nothing of the body can be read; the message says at which byte. The body's "
            "first 64 kB are kept in quarantine.",
            "Error",
        ),
        "429": _later("The key sends too much, or too many requests at once."),
        "503": _later("The store cannot take it now; nothing of it was stored."),
    }


def _itself() -> Json:
    schema = {"type": "object"}
    return {
        "/api/v1/openapi.json": {
            "get": {
                "operationId": "getOpenapi",
                "summary": "This description",
                "security": [{"ingestKey": []}, {"session": []}],
                "responses": {
                    "200": {
                        "description": "OpenAPI 3.1",
                        "content": {"application/json": {"schema": schema}},
                    },
                    "401": _answer("Neither a key nor a session.", "Error"),
                },
            }
        }
    }


def _answer(description: str, schema: str) -> Json:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _later(description: str) -> Json:
    header = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
    return {**_answer(description, "Error"), "headers": {"Retry-After": header}}


def _outcome() -> Json:
    count = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "description": "The three counts add up to what was sent.",
        "required": ["accepted", "duplicates", "rejected"],
        "properties": {
            "accepted": count,
            "duplicates": count,
            "rejected": {"type": "array", "items": {"$ref": "#/components/schemas/Rejection"}},
        },
    }


def _rejection() -> Json:
    return {
        "type": "object",
        "required": ["index", "reason", "detail"],
        "properties": {
            "index": {"type": "integer", "minimum": 0, "description": "Position in what was sent."},
            "reason": {"type": "string", "enum": [str(reason) for reason in Reason]},
            "detail": {"type": "string", "description": "Names the field and what it held."},
        },
    }


def _error() -> Json:
    return {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "field", "message"],
                "properties": {
                    "code": {"type": "string"},
                    "field": {"type": ["string", "null"]},
                    "message": {"type": "string"},
                },
            }
        },
    }
