"""The JSON interface for machines, under /api/v1/."""

from functools import partial

import flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from dashboard.api.allowance import Allowance
from dashboard.api.errors import ApiError, error_answer, http_answer
from dashboard.api.facts import FactsApi
from dashboard.api.openapi import document
from dashboard.house.services import Services
from dashboard.security.policy import policy
from data_access.intake.registry import KINDS
from domain.actor import PEOPLE, Role

PREFIX = "/api/v1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def blueprint(services: Services, allowance: Allowance | None = None) -> flask.Blueprint:
    """The routes of the interface; the gate in front of them has checked the Bearer key."""
    made = flask.Blueprint("api", __name__, url_prefix=PREFIX)
    view = FactsApi(services, allowance or Allowance())
    for kind in KINDS.values():
        tagged = policy()(partial(view, kind))  # no role: a key, or nothing
        made.add_url_rule(f"/{kind.plural}", kind.plural, tagged, methods=["POST"])

    @made.get("/openapi.json", endpoint="openapi")
    @policy(*PEOPLE)
    def openapi() -> flask.Response:
        return flask.jsonify(document())

    @made.route("/", methods=METHODS, endpoint="elsewhere", defaults={"rest": ""})
    @made.route("/<path:rest>", methods=METHODS, endpoint="elsewhere")
    @policy(*PEOPLE, Role.SCREEN)
    def elsewhere(rest: str) -> flask.Response:
        # without it, the pages' catch-all would answer below our prefix
        known = document()["paths"].get(f"{PREFIX}/{rest}")
        if known is None:
            raise NotFound("there is nothing here")
        raise MethodNotAllowed([method.upper() for method in known])

    made.register_error_handler(ApiError, error_answer)
    made.register_error_handler(HTTPException, http_answer)
    return made
