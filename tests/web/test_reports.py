"""The operators' list of what people wrote on the public page."""

import pytest

from data_access.public.queries import add_report
from data_access.public.reports import newest_reports
from data_access.public.store import migrate_public, open_public
from domain.actor import PEOPLE, Actor, Forbidden, Role
from tests.web.site import Site

OUTPUT = "reports-answer.data"
HOSTILE = "<img src=x onerror=alert(1)>"


def test_a_report_stands_in_the_list_as_text(site: Site) -> None:
    operator = site.person(Role.OPERATOR)
    answer = operator.callback(OUTPUT)
    assert answer.status_code == 200 and answer.get_json()
    migrate_public(site.services.settings)
    store = open_public(site.services.settings, read_only=False)
    add_report(store, site.clock.ms, "ENV-02", HOSTILE)
    store.close()
    body = operator.callback(OUTPUT).get_json()["response"]["reports-answer"]["data"]
    rows = body["reports-body"][-1]
    assert HOSTILE in str(rows) and "/sign/ENV-02" in str(rows)


@pytest.mark.parametrize("role", [role for role in PEOPLE if role not in ("operator", "admin")])
def test_nobody_else_reads_them(site: Site, role: Role) -> None:
    store = open_public(site.services.settings)
    with pytest.raises(Forbidden):
        newest_reports(store, Actor("x", role, None))
    store.close()
    assert site.person(role).callback(OUTPUT).status_code == 403
