"""What is picked on a map filters the table beside it, on the page and in what is taken away."""

import csv
import io
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest

from domain.actor import Role
from domain.sign import Sign, State
from tests.web.light_nodes import every, one, words
from tests.web.moments import live, publish
from tests.web.site import Site, Visitor
from tests.web.test_streets import answer, rows


@pytest.fixture
def sign(site: Site) -> Sign:
    """A sign that every street has a value of."""
    city = site.services.catalogue
    found = next(s for s in city.signs if s.at_street and not s.value_labels)
    publish(site, {(found.code, s.code): live(site, 1.0, State.NORMAL) for s in city.streets})
    return found


def of_sign(visitor: Visitor, **question: Any) -> Any:
    got = visitor.callback("sign-answer.data", {"sign-question.data": question})
    assert got.status_code == 200, got.text
    return got.json["response"]["sign-answer"]["data"]["sign-places"]


def taken(visitor: Visitor, path: str) -> tuple[list[str], str, str]:
    """The places of an export, its file's name, and what its second sheet says of it."""
    got = visitor.get(path)
    assert got.status_code == 200, got.text
    lines = csv.DictReader(io.StringIO(got.data.decode("utf-8-sig"), newline=""))
    name = unquote(got.headers["Content-Disposition"])
    book = openpyxl.load_workbook(io.BytesIO(visitor.get(path.replace(".csv", ".xlsx")).data))
    facts = " ".join(str(c.value) for row in book.worksheets[1].rows for c in row if c.value)
    return [line["地点代码"] for line in lines], name, facts


def test_a_click_on_the_map_picks_and_the_next_takes_back(site: Site, sign: Sign) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    first, second = (s.code for s in city.counted[:2])
    found = answer(leader, pick=first)
    assert list(rows(found["streets-body"])) == [first]
    links = {a[1].get("data-key"): a[1] for a in every(found["streets-map"], "a")}
    assert links[f"pick-{first}"]["href"] == "/streets"
    assert links[f"pick-{first}"]["aria-current"] == "true"
    assert links[f"pick-{second}"]["href"] == f"/streets?pick={first}%2C{second}"
    assert "aria-current" not in links[f"pick-{second}"]
    assert "选取" in links[f"pick-{second}"]["aria-label"]
    outlines = list(every(found["streets-map"], "path", cls="street-picked"))
    assert len(outlines) in (1, 2), "on the map, and once more where it is magnified"
    both = answer(leader, pick=f"{second},{first}", sort="-name", lang="en")
    assert set(rows(both["streets-body"])) == {first, second}
    bar = one(both["streets-body"], cls="pick-bar")
    assert "2 selected" in words(bar) and city.street[second].name.en in words(bar)
    assert one(bar, "a", cls="pick-clear")[1]["href"] == "/streets?sort=-name&lang=en"
    sorter = next(every(both["streets-body"], "th"))
    assert f"pick={first}%2C{second}" in words_of_links(sorter), "an order keeps the selection"


def words_of_links(node: Any) -> str:
    return " ".join(a[1]["href"] for a in every(node, "a"))


def test_a_selection_of_nothing_known_is_none(site: Site, sign: Sign) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    for junk in ("moon", "", ",", None, ["x"], {"a": 1}):
        found = answer(leader, pick=junk)
        assert len(rows(found["streets-body"])) == len(city.streets)
        assert "已选" not in words(found) and "点击地图" in words(found["streets-body"])
    known = city.counted[0].code
    assert list(rows(answer(leader, pick=f"moon,{known}")["streets-body"])) == [known]


def test_filters_and_selection_both_hold(site: Site, sign: Sign) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    street = next(s for s in city.counted if s.kind == "street")
    found = answer(leader, kind="town", pick=street.code)
    assert list(every(found["streets-body"], "table")) == []
    assert "已选 1 个" in words(found["streets-body"])


def test_one_sign_by_street(site: Site, sign: Sign) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    first, second = (s.code for s in city.counted[:2])
    found = of_sign(leader, code=sign.code, period="7d", pick=f"{first},{second}")
    listed = list(every(next(every(found, "tbody")), "tr"))
    assert len(listed) == 2
    assert "已选 2 个" in words(found)
    keyed = {a[1]["data-key"]: a[1]["href"] for a in every(found, "a") if "data-key" in a[1]}
    assert keyed[f"pick-{first}"] == f"/sign/{sign.code}?period=7d&pick={second}"
    assert f"/export/sign-streets.csv?sign={sign.code}&pick={first}%2C{second}" in words_of_links(
        found
    )
    row = next(every(listed[0], "a"))[1]["href"]
    assert "street=" in row and "pick=" in row, "a name leads to the sign there, with the selection"


def test_exports_follow_and_say_so(site: Site, sign: Sign) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    first, second = city.counted[:2]
    for table, query in (("streets", ""), ("sign-streets", f"sign={sign.code}&")):
        pick = f"pick={first.code},{second.code}"
        codes, name, facts = taken(leader, f"/export/{table}.csv?{query}{pick}")
        assert set(codes) == {first.code, second.code}
        assert "已选-2-个" in name
        assert "已选" in facts and first.name.zh in facts and second.name.zh in facts
        codes, name, facts = taken(leader, f"/export/{table}.csv?{query}")
        assert len(codes) == len(city.streets) and "已选" not in name + facts
