"""The description of the interface: complete, closed in itself, and true."""

from collections.abc import Iterator
from typing import Any

from dashboard.api.openapi import document
from domain.actor import Role
from domain.facts.fact import Reason
from domain.facts.reading import Reading
from tests.web.api_sender import PATH, Sender, resolve
from tests.web.site import Site

DOCUMENT = document()
METHODS = {"get", "post", "put", "patch", "delete"}


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of the description."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from nodes(value)


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    references = {node["$ref"] for node in nodes(DOCUMENT) if "$ref" in node}
    for reference in references:
        assert resolve({"$ref": reference})["type"]
    named = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert references == named


def test_every_operation_is_complete() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert DOCUMENT["info"]["title"] and DOCUMENT["info"]["version"]
    operations = [op for path in DOCUMENT["paths"].values() for op in path.values()]
    assert len({op["operationId"] for op in operations}) == len(operations) == 2
    schemes = DOCUMENT["components"]["securitySchemes"]
    for operation in operations:
        assert operation["summary"]
        assert {"200", "401"} <= operation["responses"].keys()
        for answer in operation["responses"].values():
            assert answer["description"]
            assert answer["content"]["application/json"]["schema"]
        for need in operation.get("security", DOCUMENT["security"]):
            assert need.keys() <= schemes.keys()


def test_the_paths_are_the_routes(site: Site) -> None:
    rules = site.app.server.url_map.iter_rules()
    routes = {
        (rule.rule, method.lower())
        for rule in rules
        if rule.rule.startswith("/api/") and rule.endpoint != "api.elsewhere"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, entry in DOCUMENT["paths"].items() for method in entry}
    assert routes == described


def test_a_reading_is_described_as_it_is_decoded() -> None:
    schema = DOCUMENT["components"]["schemas"]["Reading"]
    fields = Reading.__struct_fields__
    optional = fields[len(fields) - len(Reading.__struct_defaults__) :]
    assert list(schema["required"]) == sorted(
        set(fields) - set(optional), key=["source", "sign", "observed_at", "value"].index
    )
    assert schema["properties"].keys() == set(fields)
    reasons = DOCUMENT["components"]["schemas"]["Rejection"]["properties"]["reason"]["enum"]
    assert reasons == [str(reason) for reason in Reason]


def test_what_the_description_allows_to_leave_out_may_be_left_out(site: Site) -> None:
    schema = DOCUMENT["components"]["schemas"]["Reading"]
    sender = Sender(site)
    whole = sender.reading()
    least = {name: whole[name] for name in schema["required"]}
    nullable = {
        name: None for name, entry in schema["properties"].items() if "null" in entry["type"]
    }
    assert nullable.keys() == {"street", "weight", "denominator", "unit", "quality"}
    outcome = sender.send(least, {**whole, **nullable}, {**whole, "point": "other"})
    assert (outcome["accepted"], outcome["duplicates"]) == (2, 1)  # null is as good as nothing


def test_who_may_read_it(site: Site) -> None:
    path = "/api/v1/openapi.json"
    sender = Sender(site)
    client = site.app.server.test_client()
    assert client.get(path).status_code == 401
    by_key = client.get(path, headers={"Authorization": f"Bearer {sender.key}"})
    assert by_key.get_json() == DOCUMENT
    assert PATH in by_key.get_json()["paths"]
    assert site.person(Role.LEADER).get(path).get_json() == DOCUMENT
    assert site.wall().get(path).status_code == 403
