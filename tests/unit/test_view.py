"""How a page is looked at, light elements, and the texts of times: pure functions."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.light import el, table
from dashboard.components.times import day_and_time, grouped, span
from dashboard.components.view import View
from dashboard.desks.sources.page import SPEC
from dashboard.desks.sources.sources_question import LARGEST_ID, Question
from dashboard.security.hosts import is_trusted, trusted_hosts
from dashboard.security.outline import outline
from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.zone import Zone


def test_addresses_keep_the_readers_choices() -> None:
    assert View().href("/sources") == "/sources"
    assert View("en", "dark").href("/sources", source="a b", before=None) == (
        "/sources?source=a+b&lang=en&theme=dark"
    )
    assert View("en", "dark").other_language() == View("zh", "dark")


@pytest.mark.parametrize("given_", [None, "", "xx", 7, ["en", "zh"], {"lang": "en"}, "EN"])
def test_what_is_no_choice_is_the_default(given_: object) -> None:
    assert View.of(given_, given_) == View()


@pytest.mark.parametrize(
    ("ms", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (59_999, "59 秒", "59 s"),
        (60_000, "1 分钟", "1 min"),
        (3_599_999, "59 分钟", "59 min"),
        (86_399_999, "23 小时", "23 h"),
        (172_800_000, "2 天", "2 d"),
    ],
)
def test_spans(ms: int, zh: str, en: str) -> None:
    assert (span(View("zh"), ms), span(View("en"), ms)) == (zh, en)


def test_times_are_the_citys() -> None:
    at = 1_795_392_000_000
    assert day_and_time(at, at, Zone.fixed(480)) == "11-23 08:00:00"
    assert day_and_time(at, at, Zone.fixed(0)) == "11-23 00:00:00"
    assert grouped(1234567) == "1,234,567"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    JSON | st.fixed_dictionaries({key: JSON for key in ("freshness", "source", "before", "lang")})
)
def test_any_question_becomes_a_sound_one(given_: object) -> None:
    question = Question.of(given_)
    assert question.freshness in (None, "live", "late", "stale", "never")
    assert question.source is None or 0 < len(question.source) <= 64
    assert question.before is None or 0 <= question.before <= LARGEST_ID
    assert Question.of(SPEC.stored(question)) == question
    json.dumps(SPEC.stored(question))


def test_elements_and_tables() -> None:
    link = el("a", "text", None, cls="x", href="/y", title=None, data_state="late")
    assert link == ["a", {"class": "x", "href": "/y", "data-state": "late"}, "text"]
    made = table(["A", "B"], [{"a": "1", "b": [link, "2"]}], ("a", "b"), numbers={"a"}, cls="t")
    body = made[3][2]
    assert body[2] == ["td", {"class": "number", "data-column": "a"}, "1"]
    assert body[3] == ["td", {"data-column": "b"}, link, "2"]
    assert table(["A"], [{"a": link}], ("a",))[3][2][2][2] == link


def test_the_outline_holds_every_street(catalogue: Catalogue) -> None:
    drawn = outline(catalogue.map_path)
    assert len(drawn.paths) == len(catalogue.counted)
    left, top, width, height = map(float, drawn.view_box.split())
    for path in drawn.paths:
        assert path.startswith("M") and path.endswith("Z")
        numbers = [
            float(n) for n in path.replace("M", " ").replace("L", " ").replace("Z", " ").split()
        ]
        assert all(left <= x <= left + width for x in numbers[::2])
        assert all(top <= y <= top + height for y in numbers[1::2])


@pytest.mark.parametrize(
    ("host", "trusted"),
    [
        ("localhost:8050", True),
        ("127.0.0.1", True),
        ("[::1]:1", True),
        ("Wall.Example.CN:443", True),
        ("a.gov.example", True),
        ("gov.example", True),
        ("agov.example", False),
        ("example.cn", False),
        ("localhost.", False),
        ("", False),
        ("localhost:x", False),
        ("localhost, evil", False),
        ("user@localhost", False),
    ],
)
def test_trusted_names(host: str, trusted: bool) -> None:
    settings = Settings(trusted_hosts=" wall.example.cn, .gov.example ,")
    assert is_trusted(host, trusted_hosts(settings)) is trusted
