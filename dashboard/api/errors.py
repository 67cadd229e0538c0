"""One shape for everything that goes wrong: `{"error": {"code", "field", "message"}}`."""

import flask
from werkzeug.exceptions import HTTPException

RETRY_S = 2
_CODES = {
    400: "bad_request",
    401: "unauthorised",
    403: "forbidden",
    404: "not_found",
    405: "method",
    413: "too_large",
    503: "busy",
}


class ApiError(Exception):
    """A refusal: HTTP status, a code for programs, a message for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.field = field
        self.message = message
        self.retry_after_s = retry_after_s


def error_answer(error: ApiError) -> flask.Response:
    """The refusal as an answer."""
    told = {"code": error.code, "field": error.field, "message": error.message}
    answer = flask.make_response(flask.jsonify({"error": told}), error.status)
    if error.retry_after_s is not None:
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def http_answer(error: HTTPException) -> flask.Response:
    """What Flask or the gate refuse on a path of the API, in the API's shape."""
    status = error.code or 500
    code = _CODES.get(status, "refused" if status < 500 else "fault")
    message = error.description or error.name
    retry = RETRY_S if status == 503 else None
    answer = error_answer(ApiError(status, code, message, retry_after_s=retry))
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer
