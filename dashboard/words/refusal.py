"""The one shape of what goes wrong, for programs: `{"error": {"code", "field", "message"}}`."""

from typing import Any

_CODES = {
    400: "bad_request",
    401: "unauthorised",
    403: "forbidden",
    404: "not_found",
    405: "method",
    413: "too_large",
    429: "too_often",
    503: "busy",
}


def refusal(
    status: int, message: str | None, code: str | None = None, field: str | None = None
) -> dict[str, Any]:
    """The body of an answer with that HTTP status: a code for programs, a message for people.

    `field` names what was wrong with the request, where one part of it was.
    """
    said = code or _CODES.get(status, "refused" if status < 500 else "fault")
    return {"error": {"code": said, "field": field, "message": message}}
