"""Behind one trusted proxy: its word on the caller's address counts, and cookies are Secure."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access.settings import Settings
from domain.actor import Role
from tests.clocks import FixedClock
from tests.web.site import HTML, PASSWORD, Site

PROXIED = {
    **HTML,
    "Host": "10.0.0.5:8050",
    "X-Forwarded-For": "198.51.100.1, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "yiping.example.cn",
}


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[Site]:
    settings = Settings(
        data_dir=tmp_path, demo=False, behind_proxy=True, trusted_hosts="yiping.example.cn"
    )
    Path(settings.db_url.removeprefix("sqlite:///")).write_bytes(sqlite_template.read_bytes())
    made = Site(settings, clock)
    yield made
    made.close()


def test_login_through_the_proxy(site: Site) -> None:
    form = {"username": site.account(Role.LEADER), "password": PASSWORD}
    headers = {**PROXIED, "Origin": "https://yiping.example.cn"}
    client = site.app.server.test_client()
    answer = client.post("/login", data=form, headers=headers)
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 3 and all("Secure" in cookie for cookie in cookies)
    assert site.log("login")[0].address == "203.0.113.9", "the last hop, not what the client says"


def test_other_origins_are_still_refused(site: Site) -> None:
    headers = {**PROXIED, "Origin": "https://10.0.0.5:8050"}
    answer = site.app.server.test_client().post("/login", data={}, headers=headers)
    assert answer.status_code == 403


def test_a_forwarded_name_must_be_trusted(site: Site) -> None:
    headers = {**PROXIED, "X-Forwarded-Host": "evil.example"}
    assert site.app.server.test_client().get("/login", headers=headers).status_code == 400
