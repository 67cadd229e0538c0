"""Hostile bodies and addresses: refused with 4xx, never 5xx, never more than was allowed."""

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.desks.registry import pages
from dashboard.security import bodies, policy
from domain.actor import Role
from tests.web.site import Site, Visitor

URL = "/_dash-update-component"
OUTPUT = "sources-answer.data"
MANY = settings(
    max_examples=int(os.environ.get("HOSTILE_EXAMPLES", "150")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from(["\x00", "\n", "\u2028", "../../etc/passwd", "<script>", "' OR 1=1 --", "-1"])
    | st.sampled_from([2**63, -(2**63) - 1, 2**64, 10**40, -1, 1e308, "9" * 30])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
QUERIES = st.dictionaries(
    st.sampled_from(["lang", "theme", "freshness", "source", "before", "self", "wall", "key", "_"])
    | st.text(min_size=1, max_size=6),
    SCALARS,
    max_size=5,
)


@pytest.fixture(scope="module")
def people(shared_site: Site) -> list[Visitor]:
    return [shared_site.person(Role.ADMIN), shared_site.person(Role.LEADER), shared_site.wall()]


@pytest.fixture(scope="module")
def admin(people: list[Visitor]) -> Visitor:
    return people[0]


def raw(visitor: Visitor, body: bytes, kind: str = "application/json") -> int:
    headers = {"X-CSRFToken": visitor.token()}
    answer = visitor.client.post(URL, data=body, content_type=kind, headers=headers)
    return answer.status_code


@MANY
@given(body=JSON)
def test_any_json(admin: Visitor, body: Any) -> None:
    assert raw(admin, json.dumps(body).encode()) in (400, 404)


@MANY
@given(body=st.binary(max_size=200))
def test_any_bytes(admin: Visitor, body: bytes) -> None:
    assert raw(admin, body) == 400


@MANY
@given(data=st.data())
def test_right_shape_with_hostile_values(
    shared_site: Site, people: list[Visitor], data: st.DataObject
) -> None:
    visitor = data.draw(st.sampled_from(people))
    output = data.draw(st.sampled_from([policy.ROUTER, *shared_site.server_callbacks()]))
    body = shared_site.body(output, {})
    for entry in [*body["inputs"], *body["state"]]:
        entry["value"] = data.draw(JSON | QUERIES)
    assert visitor.post(URL, body).status_code in (200, 204, 400, 403, 404)


@MANY
@given(data=st.data())
def test_right_shape_broken_in_one_place(
    shared_site: Site, admin: Visitor, data: st.DataObject
) -> None:
    output = data.draw(st.sampled_from([policy.ROUTER, *shared_site.server_callbacks()]))
    body = shared_site.body(output, {"_pages_location.pathname": "/about"})
    key = data.draw(st.sampled_from(sorted(body)))
    how = data.draw(st.sampled_from(["drop", "replace", "entry"]))
    if how == "drop":
        del body[key]
    elif how == "replace" or not isinstance(body[key], list) or not body[key]:
        body[key] = data.draw(JSON)
    else:
        body[key][0] = data.draw(JSON)
    assert admin.post(URL, body).status_code < 500


@MANY
@given(
    pathname=st.text(max_size=60).map(lambda text: "/" + text) | SCALARS,
    search=st.text(max_size=60).map(lambda text: "?" + text) | SCALARS,
)
def test_the_page_router(people: list[Visitor], pathname: Any, search: Any) -> None:
    for visitor in people:
        assert visitor.route(pathname, search).status_code in (200, 400, 403)


@MANY
@given(query=QUERIES, data=st.data())
def test_queries_of_pages(admin: Visitor, query: dict[str, Any], data: st.DataObject) -> None:
    from urllib.parse import urlencode

    page = data.draw(st.sampled_from([spec.path for spec in pages()]))
    search = "?" + urlencode(query, errors="replace")
    twice = search + "&" + search[1:]
    for text in (search, twice):
        assert admin.route(page, text).status_code in (200, 400)
        assert admin.get(page + text).status_code in (200, 302, 400, 403)


@MANY
@given(path=st.text(max_size=60))
def test_paths(people: list[Visitor], path: str) -> None:
    # as a server hands it on: the test client would take "//…" for another host
    sent = f"/{path}".encode("utf-8", "surrogatepass").decode("latin-1")
    for visitor in people:
        answer = visitor.client.get("/", environ_overrides={"PATH_INFO": sent})
        assert answer.status_code < 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"output": NaN}',
        b'{"output": 1e999}',
        b'"\\ud800"',
        b'"\xff\xfe"',
        b"9" * 5000,
        json.dumps({"output": {"a": [[[[]]]]}}).encode(),
    ],
)
def test_what_is_not_json(admin: Visitor, body: bytes) -> None:
    assert raw(admin, body) == 400


def test_depth_and_nul_and_size_of_numbers(shared_site: Site, admin: Visitor) -> None:
    def status(value: Any) -> int:
        return admin.callback(OUTPUT, {"sources-question.data": value}).status_code

    nested: Any = "x"
    for _ in range(bodies.MAX_DEPTH):
        nested = [nested]
    assert status(nested) == 400
    assert status(nested[0][0][0][0]) == 200
    assert status("a\0b") == status({"a\0": 1}) == status(2**63) == 400
    assert status(2**63 - 1) == 200


def test_a_body_in_another_dress(admin: Visitor) -> None:
    assert raw(admin, b"{}", "text/plain") == 415
    assert raw(admin, b"a=b", "application/x-www-form-urlencoded") == 415


def test_sizes(shared_site: Site, admin: Visitor) -> None:
    big = {"sources-question.data": "x" * bodies.MAX_BYTES}
    assert admin.callback(OUTPUT, big).status_code == 413
    form = {"username": "x" * bodies.MAX_BYTES, "password": "y"}
    assert shared_site.stranger().client.post("/login", data=form).status_code == 413


def test_ids_properties_and_outputs_are_the_declared_ones(
    shared_site: Site, admin: Visitor
) -> None:
    def status(change: Any) -> int:
        body = shared_site.body(OUTPUT, {})
        change(body)
        return admin.post(URL, body).status_code

    assert status(lambda body: None) == 200
    assert status(lambda body: body["inputs"][0].update(id="other")) == 400
    assert status(lambda body: body["inputs"][0].update(property="data")) == 400
    assert status(lambda body: body["inputs"].append(body["inputs"][0])) == 400
    assert status(lambda body: body["state"].clear()) == 400
    assert status(lambda body: body["outputs"].update(id="desk-mark")) == 400
    assert status(lambda body: body.update(outputs=[body["outputs"]] * 2)) == 400
    assert status(lambda body: body.update(changedPropIds=["other.value"])) == 400
    assert status(lambda body: body.update(changedPropIds=["sources-tick.n_intervals"])) == 200
    assert status(lambda body: body.update(output="no-such.children")) == 404


def test_a_clientside_callback_is_none_of_the_servers(shared_site: Site, admin: Visitor) -> None:
    clientside = [o for o, e in shared_site.app.callback_map.items() if "callback" not in e]
    assert clientside
    for output in clientside:
        assert admin.post(URL, {"output": output}).status_code == 404


def test_pattern_ids() -> None:
    from werkzeug.exceptions import BadRequest

    declared: dict[str, Any] = {
        "inputs": [{"id": '{"index":["ALL"],"type":"row"}', "property": "n_clicks"}],
        "state": [],
        "no_output": True,
    }

    def fits(*ids: Any) -> bool:
        entries = [{"id": one, "property": "n_clicks", "value": 1} for one in ids]
        try:
            bodies.check_callback({"inputs": [entries]}, declared)
        except BadRequest:
            return False
        return True

    assert fits() and fits({"type": "row", "index": 3}, {"type": "row", "index": "x"})
    assert not fits({"type": "other", "index": 3})
    assert not fits({"type": "row"})
    assert not fits({"type": "row", "index": ["ALL"]})
    assert not fits({"type": "row", "index": 1, "more": 2})
    assert not fits("row")


@pytest.mark.parametrize("up", ["..", "%2e%2e", "%252e%252e", "..%2f..", "..%5c..", "....//"])
@pytest.mark.parametrize("base", ["/assets/", "/assets/css/", "/_dash-component-suites/dash/", "/"])
def test_no_path_leads_out_of_its_folder(admin: Visitor, base: str, up: str) -> None:
    for target in ("etc/passwd", "app.py", "data_access/settings.py", "requirements.txt"):
        answer = admin.get(f"{base}{up}/{up}/{up}/{target}")
        assert answer.status_code in (302, 404), answer.status_code
        assert "root:" not in answer.text and "import " not in answer.text
