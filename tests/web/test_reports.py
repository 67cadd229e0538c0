"""The operators' list of what people wrote on the public page, and what they answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from data_access.public.queries import add_report
from data_access.public.reports import HANDLED, OPEN, Report, handle_report, newest_reports
from data_access.public.store import migrate_public, open_public
from data_access.store.db import Database
from domain.actor import PEOPLE, Actor, Forbidden, Role
from tests.web.site import Site, Visitor

OUTPUT = "reports-answer.data"
OUTCOME = "reports-outcome.data"
HOSTILE = "<img src=x onerror=alert(1)>"
OTHERS = [role for role in PEOPLE if role not in (Role.OPERATOR, Role.ADMIN)]


@pytest.fixture
def store(site: Site) -> Iterator[Database]:
    migrate_public(site.services.settings)
    made = open_public(site.services.settings, read_only=False)
    yield made
    made.close()


def handle(visitor: Visitor, report: Any, answer: Any) -> Any:
    draft = {"reports-draft.data": {"report": report, "answer": answer}}
    return visitor.callback(OUTCOME, draft)


def said(visitor: Visitor, report: Any, answer: Any) -> str:
    found = handle(visitor, report, answer).get_json()["response"]["reports-outcome"]["data"]
    return str(found["said"])


def listed(site: Site, store: Database, show: str | None = None) -> tuple[Report, ...]:
    found = newest_reports(store, Actor("x", Role.ADMIN, None), show)
    assert found is not None
    return found


def painted(visitor: Visitor, show: str | None = None) -> str:
    answer = visitor.callback(OUTPUT, {"reports-question.data": {"show": show}})
    return str(answer.get_json()["response"]["reports-answer"]["data"]["reports-body"])


def test_a_store_that_is_not_there_is_said(site: Site) -> None:
    answer = site.person(Role.OPERATOR).callback(OUTPUT)
    assert answer.status_code == 200 and answer.get_json()


def test_a_report_stands_in_the_list_as_text(site: Site, store: Database) -> None:
    add_report(store, site.clock.ms, "ENV-02", HOSTILE)
    page = painted(site.person(Role.OPERATOR))
    assert HOSTILE in page and "/sign/ENV-02" in page


def test_a_handled_report_tells_who_and_when_and_stays(site: Site, store: Database) -> None:
    for n in range(2):
        add_report(store, site.clock.ms + n, "ENV-02", f"text {n}")
    operator = site.person(Role.OPERATOR)
    number = listed(site, store)[1].id
    assert said(operator, str(number), " 已核对\n无误 ") == "reports.said.handled"
    (done,) = listed(site, store, HANDLED)
    assert (done.id, done.answer, done.handled_at) == (number, "已核对 无误", site.clock.ms)
    (entry,) = site.log("report.handle")
    assert entry.object == f"report {number}" and done.handled_by and done.handled_by in entry.who
    assert [r.text for r in listed(site, store, OPEN)] == ["text 1"]
    assert "已核对 无误" in painted(operator, HANDLED) and "text 1" not in painted(
        operator, HANDLED
    )
    assert "已核对 无误" not in painted(operator, OPEN) and "text 1" in painted(operator, OPEN)
    assert said(operator, number, "again") == "reports.said.gone"
    assert said(operator, 10**9, "x") == "reports.said.gone"
    assert listed(site, store, HANDLED) == (done,) and len(site.log("report.handle")) == 1


@pytest.mark.parametrize("answer", ["", " \n ", "x" * 201, None, 5])
def test_an_answer_without_words_is_not_one(site: Site, store: Database, answer: Any) -> None:
    add_report(store, site.clock.ms, "other", "text")
    number = listed(site, store)[0].id
    assert said(site.person(Role.ADMIN), number, answer) == "reports.said.text"
    assert listed(site, store, HANDLED) == () and site.log("report.handle") == []


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_reads_or_answers_them(site: Site, store: Database, role: Role) -> None:
    add_report(store, site.clock.ms, "other", "text")
    nobody = Actor("x", role, None)
    with pytest.raises(Forbidden):
        newest_reports(store, nobody)
    with pytest.raises(Forbidden):
        handle_report(site.db, store, nobody, 1, "text", (site.clock.ms, "local"))
    visitor = site.person(role)
    assert visitor.callback(OUTPUT).status_code == handle(visitor, 1, "x").status_code == 403
    assert listed(site, store, HANDLED) == ()
