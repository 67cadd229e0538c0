"""Every answer carries the headers, whatever it is."""

import pytest

from dashboard.security.headers import BASE, page_csp
from domain.actor import Role
from tests.web.site import Site, Visitor

PATHS = {
    "/": 302,
    "/screen": 200,
    "/sources": 200,
    "/about": 200,
    "/no/such/page": 404,
    "/metrics": 403,
    "/_dash-layout": 200,
    "/_dash-dependencies": 200,
    "/_dash-component-suites/no/such.js": 404,
    "/_dash-component-suites/dash/dash-renderer/build/dash_renderer.min.js": 200,
    "/_reload-hash": 404,
    "/assets/css/base.css": 200,
    "/assets/together.js": 200,
    "/assets/together.css": 200,
    "/assets/together.map": 404,
    "/assets/nothing.css": 404,
    "/login": 303,
    "/healthz": 200,
    "/readyz": 200,
    "/api/v1/openapi.json": 200,
    "/api/v1/nothing": 404,
    "/a%0Ab": 400,
    "/" + "x" * 3000: 400,
}


@pytest.fixture(scope="module")
def leader(shared_site: Site) -> Visitor:
    return shared_site.person(Role.LEADER)


@pytest.mark.parametrize("path", PATHS)
def test_on_every_route(shared_site: Site, leader: Visitor, path: str) -> None:
    answer = leader.get(path)
    assert answer.status_code == PATHS[path]
    for visitor in (leader, shared_site.stranger()):
        headers = visitor.get(path).headers
        for name, value in BASE:
            assert headers.getlist(name) == [value], (path, name)
        csp = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in csp and "'unsafe-eval'" not in csp
        assert "private" in headers["Cache-Control"]
        if not path.startswith(("/assets/", "/_dash-component")):
            assert headers["Cache-Control"] == "private, no-store"
        assert "Werkzeug" not in headers.get("Server", "")


def test_a_fault_has_them_too(site: Site) -> None:
    admin = site.person(Role.ADMIN)
    site.services.db.close()
    with site.db.write() as conn:
        conn.exec_driver_sql("DROP TABLE sources")
    answer = admin.get("/metrics")
    assert answer.status_code == 503
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Traceback" not in answer.text and "sqlite" not in answer.text.lower()


def test_pages_run_only_known_scripts(leader: Visitor) -> None:
    answer = leader.get("/about")
    script_src = next(
        part
        for part in answer.headers["Content-Security-Policy"].split(";")
        if part.strip().startswith("script-src")
    )
    assert "unsafe" not in script_src
    inline = answer.text.count("<script>") + answer.text.count('type="application/javascript"')
    assert script_src.count("'sha256-") == inline > 0


def test_a_base_map_is_the_only_other_origin() -> None:
    csp = page_csp([], "https://{s}.tiles.example/{z}/{x}/{y}.png")
    every = " ".join(f"https://{letter}.tiles.example" for letter in "abc")
    assert f"img-src 'self' data: blob: {every};" in csp
    assert "blob: http://127.0.0.1:8123;" in page_csp([], "http://127.0.0.1:8123/{z}/{x}/{y}.png")
    assert "https:" not in page_csp([], None)


def test_neither_python_nor_dash_tell_their_version(leader: Visitor) -> None:
    import platform

    text = leader.get("/about").text
    assert platform.python_version() not in text
    assert '"dash_version":""' in text


def test_foreign_host_names_are_refused(shared_site: Site) -> None:
    stranger = shared_site.stranger()
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", "a b"):
        answer = stranger.get("/login", Host=host)
        assert answer.status_code == 400, host
    for host in ("localhost", "localhost:8050", "127.0.0.1:8050", "[::1]:8050", "LOCALHOST"):
        assert stranger.get("/login", Host=host).status_code == 200, host
    assert stranger.get("/healthz", Host="10.0.0.7:8050").status_code == 200, "a probe by address"


def test_forwarded_headers_count_only_behind_a_proxy(shared_site: Site) -> None:
    stranger = shared_site.stranger()
    stranger.login("nobody", "x")
    spoofed = {"username": "nobody", "password": "x"}
    stranger.client.post("/login", data=spoofed, headers={"X-Forwarded-For": "203.0.113.9"})
    assert {entry.address for entry in shared_site.log("login")} == {"127.0.0.1"}
