"""The audit log: one row for a guarded action, and nobody can flood it."""

import pytest

from dashboard.house import denials
from dashboard.house.denials import Denials
from data_access.accounts import audit
from data_access.accounts.audit import Result
from domain.actor import Role
from tests.web.site import Site


def test_denied_accesses_are_written_once_a_minute(site: Site) -> None:
    leader = site.person(Role.LEADER)
    for _ in range(20):
        leader.get("/metrics")
    rows = site.log("denied.route")
    assert [(r.object, r.result) for r in rows] == [("GET /metrics", Result.DENIED)]
    assert rows[0].who.startswith("leader:leader-")


def test_what_is_denied_is_named(site: Site) -> None:
    wall = site.wall("hall")
    wall.get("/sources")
    wall.callback("sources-answer.data")
    wall.route("/about")
    site.stranger().post("/_dash-update-component", {})
    assert site.log("denied.callback")[0].object == "sources-answer.data"
    assert {entry.object for entry in site.log("denied.page")} == {"GET /sources", "/about"}
    assert {entry.who for entry in site.log("denied.page")} == {"screen:hall"}
    assert site.log("denied.anonymous")[0].object == "POST /_dash-update-component"


def test_going_to_the_front_door_is_no_denial(site: Site) -> None:
    assert site.stranger().get("/screen").status_code == 302
    assert audit.newest(site.db) == []


def test_a_flood_of_different_objects_is_bounded(site: Site) -> None:
    stranger = site.stranger()
    for n in range(200):
        stranger.get(f"/assets/{n}.js")
    assert len(site.log("denied.anonymous")) == denials.PER_CALLER
    leader = site.person(Role.LEADER)
    leader.get("/metrics")
    assert len(site.log("denied.route")) == 1, "others are still written down"


def test_the_next_minute_is_written_again(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    writer = Denials(site.services.writer, lambda: now[0])
    kept = [writer.note(1, "x", "denied.test", f"{n}", "local") for n in range(40)]
    assert kept.count(True) == denials.PER_CALLER
    assert not writer.note(1, "x", "denied.test", "0", "local")
    now[0] = denials.WINDOW_S
    assert writer.note(1, "x", "denied.test", "0", "local")
    assert "10 denied accesses were not written down" in caplog.text


def test_control_characters_do_not_reach_the_reader(site: Site) -> None:
    entry = audit.Entry(1, "a\x1b[2Jb", "act\nion", "o" * 500, Result.OK, "x")
    with site.db.write() as conn:
        audit.write_audit(conn, entry)
    row = audit.newest(site.db)[0]
    assert row.who == "a\ufffd[2Jb" and row.action == "act\ufffdion" and len(row.object) == 200
