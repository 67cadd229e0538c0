"""/audit: for administrators, filtered by its address, exported as it is shown."""

import csv
import io
import re
from typing import Any

import pytest
from sqlalchemy import text

from dashboard.desks.audit.audit_question import ACTIONS
from data_access.accounts import audit
from data_access.accounts.audit import Entry, Result, Wanted, audit_page, write_audit
from data_access.settings import ROOT
from domain.actor import PEOPLE, Actor, Forbidden, Role
from domain.clock import DAY_MS, HOUR_MS
from tests.web.site import Site

OUTPUT = "audit-answer.data"
ADMIN = Actor("x", Role.ADMIN)
HOSTILE = "<img src=x onerror=alert(1)>"


def fill(site: Site, count: int, action: str = "export", who: str = "leader:a") -> None:
    with site.db.write() as conn:
        for n in range(count):
            at = site.clock.ms - n * HOUR_MS // 10
            write_audit(conn, Entry(at, who, action, f"{action} {n}", Result.OK, "10.0.0.1"))


def painted(site: Site, **asked: Any) -> str:
    admin = site.person(Role.ADMIN)
    answer = admin.callback(OUTPUT, {"audit-question.data": asked})
    return str(answer.get_json()["response"]["audit-answer"]["data"]["audit-body"])


def test_an_admin_reads_what_others_did_and_a_switch_of_the_wall(site: Site) -> None:
    fill(site, 3)
    fill(site, 1, "screen.switch", "screen:hall")
    fill(site, 1, "note.add", HOSTILE)
    page = painted(site)
    assert "export 2" in page and "screen:hall" in page and "大屏切换" in page and HOSTILE in page
    only = painted(site, action="screen.switch")
    assert "screen.switch 0" in only and "export 2" not in only
    his = painted(site, who="leader:a")
    assert "export 0" in his and "screen:hall" not in his
    assert "export 0" not in painted(site, result="denied")


def test_nobody_else_reads_it(site: Site) -> None:
    fill(site, 1)
    for role in (r for r in PEOPLE if r is not Role.ADMIN):
        person = site.person(role)
        assert person.callback(OUTPUT, {}).status_code == 403
        assert person.get("/export/audit.csv").status_code == 403
        with pytest.raises(Forbidden):
            audit_page(site.db, Actor("x", role, None), Wanted(0, 2**60))


def test_pages_follow_one_another_without_a_gap(site: Site) -> None:
    fill(site, 250)
    seen: list[str] = []
    before = None
    wanted = Wanted(site.clock.ms - 30 * DAY_MS, site.clock.ms + 1, action="export")
    while True:
        page = audit_page(site.db, ADMIN, wanted, before)
        seen += [entry.object for entry in page.rows]
        before = page.older
        if before is None:
            break
    assert seen == [f"export {n}" for n in range(250)]


def test_a_page_is_read_along_an_index_whatever_it_is_filtered_by(site: Site) -> None:
    for where in ("action = 'export'", "who = 'x'", "1 = 1"):
        with site.db.read() as conn:
            plan = conn.execute(
                text(
                    f"EXPLAIN QUERY PLAN SELECT * FROM audit WHERE {where} AND at >= 5 AND at < 9"
                    " ORDER BY at DESC, id DESC LIMIT 101"
                )
            ).all()
        told = " ".join(str(row[-1]) for row in plan)
        assert "USING INDEX ix_audit" in told and "TEMP B-TREE" not in told, told


def test_the_export_has_what_the_page_has(site: Site) -> None:
    fill(site, 120)
    fill(site, 5, "note.add", "operator:b")
    admin = site.person(Role.ADMIN)
    answer = admin.get("/export/audit.csv?action=note.add&period=30d")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 6 and {row[1] for row in rows[1:]} == {"operator:b"}
    assert rows[1][3] == "加注" and answer.headers["X-Rows"] == "5"
    assert audit.newest(site.db)[0].object.startswith("audit.csv 5 rows")


def test_every_denial_that_is_written_down_has_words() -> None:
    written = set()
    for folder in ("callbacks", "dashboard", "data_access", "engine"):
        for path in (ROOT / folder).rglob("*.py"):
            source = path.read_text()
            written |= set(re.findall(r'"(denied\.[a-z-]+)"', source))
            written |= {
                f"denied.{name}" for name in re.findall(r'_deny\(4\d\d, "([a-z-]+)"', source)
            }
            written |= set(re.findall(r'(?<![_A-Za-z])Entry\([^()]*?"([a-z]+\.[a-z-]+)"', source))
    assert len(written) > 12 and written <= set(ACTIONS)
