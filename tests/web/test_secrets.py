"""What is secret is in no log, no page and no row."""

import logging

import pytest
from sqlalchemy import select

from data_access.accounts import keys
from data_access.store.tables import metadata
from domain.actor import Role
from tests.web.site import PASSWORD, Site
from tests.web.test_sessions import cookie_of


def test_secrets_stay_secret(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    name = site.account(Role.LEADER)
    visitor = site.stranger()
    visitor.login(name, "a wrong password of mine")
    visitor.login(name)
    token = cookie_of(visitor)
    key = keys.add_key(site.db, "hall", keys.KeyKind.SCREEN, None, site.clock.ms)
    pages = [site.stranger().get(f"/screen?key={key}").text]
    pages += [visitor.get(path).text for path in ("/screen", "/about", "/_dash-layout", "/nope")]
    pages += [visitor.route(path).text for path in ("/screen", "/sources", "/about")]
    site.stranger().get("/metrics", Authorization=f"Bearer {key}")
    secret = site.services.secret.decode()
    secrets = (PASSWORD, "a wrong password of mine", token, key, secret)
    for where in (caplog.text, *pages, repr(site.services), repr(site.services.settings)):
        for word in secrets:
            assert word not in where
    with site.db.read() as conn:
        rows = [row for table in metadata.sorted_tables for row in conn.execute(select(table))]
    assert rows
    for word in secrets:
        assert not any(word in str(row) for row in rows), "the store holds hashes only"


def test_the_session_secret_is_not_flasks_default(site: Site) -> None:
    assert site.app.server.secret_key == site.services.secret
    assert len(site.services.secret) >= 32


def test_a_fault_tells_nothing(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    admin = site.person(Role.ADMIN)

    def broken() -> None:
        raise RuntimeError("the inner works")

    site.app.server.view_functions["health.metrics"].__dict__.clear()
    site.app.server.view_functions["health.alive"] = broken
    answer = admin.get("/healthz")
    assert answer.status_code == 500
    assert "inner works" not in answer.text and "inner works" in caplog.text
    assert admin.get("/metrics").status_code == 403, "a view that lost its tag is shut"
