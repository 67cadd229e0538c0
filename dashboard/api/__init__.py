"""The JSON interface for machines, under /api/v1/."""

import flask
from werkzeug.exceptions import HTTPException

from dashboard.api.allowance import Allowance
from dashboard.api.errors import ApiError, error_answer, http_answer
from dashboard.api.openapi import document
from dashboard.api.readings import ReadingsApi
from dashboard.security.policy import policy
from dashboard.services import Services
from domain.actor import PEOPLE

PREFIX = "/api/v1"


def blueprint(services: Services, allowance: Allowance | None = None) -> flask.Blueprint:
    """The routes of the interface; the gate in front of them has checked the Bearer key."""
    made = flask.Blueprint("api", __name__, url_prefix=PREFIX)
    view = ReadingsApi(services, allowance or Allowance())

    @made.post("/readings", endpoint="readings")
    @policy()  # no role: a key, or nothing
    def readings() -> flask.Response:
        return view()

    @made.get("/openapi.json", endpoint="openapi")
    @policy(*PEOPLE)
    def openapi() -> flask.Response:
        return flask.jsonify(document())

    made.register_error_handler(ApiError, error_answer)
    made.register_error_handler(HTTPException, http_answer)
    return made
