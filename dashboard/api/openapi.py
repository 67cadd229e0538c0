"""GET /api/v1/openapi.json: the interface as OpenAPI 3.1, written by hand and held by a test."""

from typing import Any

from dashboard.api.body import MAX_BYTES
from dashboard.api.decoding import MAX_READINGS
from dashboard.words.labels import label
from domain.declared import QUALITIES, VALID
from domain.reading import LAST_REVISION, POINT_CHARS, Reason

Json = dict[str, Any]
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
        "paths": {"/api/v1/readings": {"post": _post_readings()}, **_itself()},
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
                "Reading": _reading(),
                "Outcome": _outcome(),
                "Rejection": _rejection(),
                "Error": _error(),
            },
        },
    }


def _post_readings() -> Json:
    readings = {"$ref": "#/components/schemas/Reading"}
    return {
        "operationId": "postReadings",
        "summary": "Send readings",
        "description": (
            "Each element is judged for itself: what fails goes to quarantine with its reason "
            "(no_value apart), the rest is stored. The body may be compressed with gzip; it "
            "holds at most "
            f"{MAX_READINGS} readings and {MAX_BYTES} bytes, also after decompression."
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
                    "schema": {"type": "array", "items": readings, "maxItems": MAX_READINGS}
                },
                "application/x-ndjson": {"schema": readings},
            },
        },
        "responses": _post_answers(),
    }


def _post_answers() -> Json:
    return {
        "200": _answer("Committed.", "Outcome"),
        "401": _answer("No valid ingest key.", "Error"),
        "403": _answer("Sent by a page of another site.", "Error"),
        "413": _answer("Too many bytes or readings, or too much work to read them.", "Error"),
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


def _reading() -> Json:
    positive = {"type": ["number", "null"], "exclusiveMinimum": 0}
    return {
        "type": "object",
        "required": ["source", "sign", "observed_at", "value"],
        "properties": {
            "source": {"type": "string", "description": "The source that the key speaks for."},
            "sign": {"type": "string", "description": "Code of a vital sign."},
            "street": {
                "type": ["string", "null"],
                "description": "Code of a street, town or special area; null: the district.",
            },
            "observed_at": {
                "type": "string",
                "format": "date-time",
                "description": "RFC 3339 with an offset from UTC; kept to the millisecond.",
            },
            "value": {
                "type": "number",
                "description": (
                    "In the sign's unit, also for signs that are a ratio. What the source has "
                    "declared to stand for no value (a number, a text, null) is rejected as "
                    "no_value and not kept."
                ),
            },
            "weight": {**positive, "description": "Of signs that add up as weighted means."},
            "denominator": {**positive, "description": "Of signs that add up as ratios."},
            "point": {
                "type": "string",
                "default": "",
                "maxLength": POINT_CHARS,
                "description": "Device or station inside the source; blanks around it go.",
            },
            "unit": {
                "type": ["string", "null"],
                "description": (
                    "Where it is told it must be the sign's, in Chinese or English; m3 and m³, "
                    "℃ and °C, µ, μ and u are the same."
                ),
            },
            "quality": {
                "type": ["string", "null"],
                "enum": [*QUALITIES, None],
                "default": VALID,
                "description": (
                    "provisional is stored and shown as such; invalid is never a value: it is "
                    "rejected as declared_invalid."
                ),
            },
            "revision": {
                "type": "integer",
                "minimum": 0,
                "maximum": LAST_REVISION,
                "default": 0,
                "description": (
                    "A higher one supersedes what was said of the same reading; the same one with "
                    "another value is a conflict, and the first stays."
                ),
            },
        },
    }


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
