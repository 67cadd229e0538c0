"""What the API refuses, in the one shape of refusals (`dashboard.words.refusal`)."""

import flask
from werkzeug.exceptions import HTTPException

from dashboard.words.refusal import refusal

RETRY_S = 2


class ApiError(Exception):
    """A refusal: HTTP status, a code for programs, a message for people."""

    def __init__(
        self,
        status: int,
        code: str | None,
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
    told = refusal(error.status, error.message, error.code, error.field)
    answer = flask.make_response(flask.jsonify(told), error.status)
    if error.retry_after_s is not None:
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def http_answer(error: HTTPException) -> flask.Response:
    """What Flask or the gate refuse on a path of the API, in the API's shape."""
    status = error.code or 500
    message = error.description or error.name
    retry = RETRY_S if status == 503 else None
    answer = error_answer(ApiError(status, None, message, retry_after_s=retry))
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer
