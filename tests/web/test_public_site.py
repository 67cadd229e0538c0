"""The public site with nothing but the publication store in the house."""

import csv
import io
import json
import re
import sqlite3
from pathlib import Path
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from dashboard.public_site.content import Content
from dashboard.public_site.front import Alone, Front
from dashboard.public_site.open_data import PER_MINUTE
from dashboard.public_site.site import PublicSite
from dashboard.public_site.words import Words
from data_access.settings import Settings
from domain.catalogue import Catalogue
from tests.clocks import FixedClock
from tests.web.public_city import ask

CJK = re.compile(r"[\u3400-\u9fff]")
STREET = "310115005"
DOWNLOADS = ("signs", "days", "weeks", "streets")


def every_address(catalogue: Catalogue) -> list[tuple[str, str]]:
    told = [s.code for s in catalogue.signs if s.public]
    pages = [
        ("/", ""),
        ("/", f"street={STREET}"),
        ("/", f"street={STREET}&size=large"),
        ("/method", ""),
        *((f"/figure/{code}", "") for code in told),
    ]
    both = [(path, f"{query}&lang={lang}") for path, query in pages for lang in ("zh", "en")]
    data = [
        (f"/api/v1/public/{name}.{kind}", "")
        for name in DOWNLOADS
        for kind in ("csv", "json", "xlsx")
    ]
    named = ("datasets", "openapi", "manifest", "corrections")
    return [
        *both,
        *data,
        *((f"/api/v1/public/{name}.json", "") for name in named),
        (f"/api/v1/public/signs/{told[0]}.csv", ""),
        ("/live/public", ""),
        *(
            (path, "")
            for path in (
                "/robots.txt",
                "/sitemap.xml",
                "/public/public.css",
                "/public/public.js",
                "/public/icon.svg",
                "/public/card.png",
            )
        ),
    ]


def test_every_address_works_and_tells_nothing_that_is_not_published(
    public_site: PublicSite, house: Settings, catalogue: Catalogue
) -> None:
    rules = catalogue.publication
    assert rules is not None
    hidden = {s.code for s in catalogue.signs if not s.public} - set(rules.bands)
    names = {s.name.zh for s in catalogue.signs if s.code in hidden}
    public_site.feed.look()
    for path, query in every_address(catalogue):
        public_site.data.turnstile._counts.clear()
        public_site.data.sheets._counts.clear()
        answer = ask(public_site, path, query)
        assert answer.status == 200, (path, query, answer.body[:200])
        assert "Set-Cookie" not in answer.headers
        text = answer.body.decode("utf-8", "replace")
        if path.endswith(".xlsx"):
            book = load_workbook(io.BytesIO(answer.body))
            text = str([[c.value for c in row] for row in book["data"].iter_rows()])
        if not path.endswith("manifest.json"):  # it says that they are not published
            assert not [code for code in hidden if code in text], path
            assert not [name for name in names if name in text], path
    assert not list(house.data_dir.glob("pudong.db*")), "the internal store was asked for"


def test_whatever_else_is_asked_is_not_there(public_site: PublicSite, catalogue: Catalogue) -> None:
    rules = catalogue.publication
    assert rules is not None
    hidden = next(s.code for s in catalogue.signs if not s.public and s.code not in rules.bands)
    for path in (
        f"/figure/{hidden}",
        "/figure/",
        "/figure/../screen",
        "/public/../../app.py",
        "/public/",
        "/screen",
        "/metrics",
        "/login",
        "/live/screen",
        "/_dash-layout",
        f"/api/v1/public/signs/{hidden}.csv",
        "/api/v1/public/",
        "/api/v1/readings",
        "/api/v1/public/latest.csv",
    ):
        assert ask(public_site, path).status == 404, path
    assert ask(public_site, "/", "street=999999999").status == 404
    assert ask(public_site, "/", method="DELETE").status == 405
    assert ask(public_site, "/", host="evil.example").status == 400


def test_a_page_is_kept_by_caches_and_never_sent_twice(public_site: PublicSite) -> None:
    first = ask(public_site, "/", accept_encoding="br")
    assert "stale-while-revalidate" in first.headers["Cache-Control"]
    assert first.headers["Vary"] == "Accept-Encoding"
    assert first.headers["Cache-Control"].startswith("public")
    assert len(first.body) < 40_000
    again = ask(public_site, "/", if_none_match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert ask(public_site, "/", method="HEAD").body == b""


def test_the_page_asks_nobody_else_and_needs_no_script(public_site: PublicSite) -> None:
    page = ask(public_site, "/", f"street={STREET}").text
    for address in re.findall(r'(?:src|href|action)="([^"]*)"', page):
        assert not re.match(r"(?:[a-z]+:)?//", address), address
    assert "style=" not in page and "<style" not in page
    assert page.count("<script") == 1 and re.search(
        r"<script src=\"/public/public.js\" defer>", page
    )
    plain = re.sub(r"<[^>]+>", " ", page)
    assert re.search(r"\d+ 项公开体征", plain) and "少于 5" in plain


def test_english_pages_are_english(public_site: PublicSite, catalogue: Catalogue) -> None:
    for path, query in every_address(catalogue):
        if "lang=en" not in query:
            continue
        page = ask(public_site, path, query).text
        page = re.sub(r'<a [^>]*lang="zh-CN"[^>]*>[^<]*</a>', "", page)
        assert not CJK.search(page), (path, CJK.findall(page)[:20])


def test_downloads_hold_the_same_figures_in_every_form(public_site: PublicSite) -> None:
    for name in DOWNLOADS:
        answers = {
            k: ask(public_site, f"/api/v1/public/{name}.{k}").body for k in ("csv", "json", "xlsx")
        }
        rows = json.loads(answers["json"])["rows"]
        lines = list(csv.DictReader(io.StringIO(answers["csv"].decode("utf-8-sig"))))
        sheet = list(load_workbook(io.BytesIO(answers["xlsx"]))["data"].iter_rows(values_only=True))
        assert len(rows) == len(lines) == len(sheet) - 1
        for row, line, cells in zip(rows, lines, sheet[1:], strict=True):
            assert line == {k: "" if v is None else str(v) for k, v in row.items()}
            assert list(cells) == [None if v == "" else v for v in row.values()]
    few = [
        row
        for row in json.loads(ask(public_site, "/api/v1/public/streets.json").body)["rows"]
        if row["mark"] == "few"
    ]
    assert few and all((r["value"], r["low"], r["high"]) == (None, 1, 4) for r in few)


@pytest.mark.parametrize(
    "query",
    ["day=yesterday", "from=2026-11-20&to=2026-11-01", "from=1026-01-01", "a=b", "day=%ff", "&&="],
)
def test_questions_that_cannot_be_answered_say_why(public_site: PublicSite, query: str) -> None:
    answer = ask(public_site, "/api/v1/public/days.csv", query)
    assert answer.status == 400 and json.loads(answer.body)["error"]["message"]


def test_too_many_questions_are_refused_with_the_time_to_wait(public_site: PublicSite) -> None:
    answers = [ask(public_site, "/api/v1/public/datasets.json") for _ in range(PER_MINUTE + 1)]
    assert [a.status for a in answers[:-1]] == [200] * PER_MINUTE
    assert answers[-1].status == 429 and 1 <= int(answers[-1].headers["Retry-After"]) <= 61


def test_spreadsheets_made_anew_are_dear(public_site: PublicSite) -> None:
    days = [f"day=2026-11-{n}" for n in range(10, 24)]
    told = [ask(public_site, "/api/v1/public/days.xlsx", day).status for day in days[:11]]
    assert told == [200] * 10 + [429]
    public_site.data.turnstile._counts.clear()
    told = [ask(public_site, "/api/v1/public/days.xlsx", day).status for day in days[10:13]]
    assert told == [200] * 2 + [429], "so many a minute for everybody together"
    assert ask(public_site, "/api/v1/public/days.xlsx", days[0]).status == 200, (
        "kept: not made again"
    )


HOSTILE = (
    ("/figure/%2e%2e%2fscreen", ""),
    ("/figure/ENV-02\x00", ""),
    ("/figure/\xff\xfe", ""),
    ("/api/v1/public/" + "A" * 9000, ""),
    ("/api/v1/public/signs/ENV-02.csv\r\nX-Evil: 1", ""),
    ("/", "street=" + "9" * 9000),
    ("/", "street=%0d%0aX-Evil:1"),
    ("/", "a=1&" * 3000),
    ("/", "lang[]=en&size=%ff&%"),
    ("/api/v1/public/days.csv", "day=0001-01-01"),
    ("/api/v1/public/days.csv", "day=9999-12-31"),
    ("/api/v1/public/days.csv", "day=2026-11-23%00"),
    ("/api/v1/public/weeks.json", "from=0001-01-01&to=0001-01-02"),
)


@pytest.mark.parametrize(("path", "query"), HOSTILE)
def test_a_hostile_address_is_answered_calmly(
    public_site: PublicSite, path: str, query: str
) -> None:
    public_site.feed.look()
    answer = ask(
        public_site, path, query, if_none_match='W/"x",,"' + "y" * 5000, accept_encoding="*;q=,"
    )
    assert answer.status in (200, 400, 404)
    assert not [v for v in answer.headers.values() if "\n" in v or "Evil" in v]
    assert "X-Content-Type-Options" in answer.headers


def test_junk_does_not_crowd_the_pages_out(public_site: PublicSite) -> None:
    for n in range(40):
        assert ask(public_site, "/", f"x={n}").status == 200
    assert len(public_site._forms) <= 1 and len(public_site._pages) == 1


def test_a_page_that_is_not_renewed_says_so_and_still_takes_reports(
    house: Settings, catalogue: Catalogue
) -> None:
    clock = FixedClock()
    site = PublicSite(house, catalogue, clock)
    fresh = ask(site, "/").text
    clock.step(3 * 24 * 3600)
    late = ask(site, "/").text
    assert "old-note" not in fresh and "今天的浦东" in fresh
    assert "old-note" in late and "今天的浦东" not in late and "11 月 26 日" in late
    held = re.search(r'name="token" value="([^"]+)"', late)
    form = {"figure": "ENV-02", "text": "旧了", "token": held[1] if held else ""}
    assert ask(site, "/report", method="POST", body=urlencode(form).encode()).status == 200
    site.close()


def test_each_figure_has_its_limits_its_form_and_its_own_card(public_site: PublicSite) -> None:
    page = ask(public_site, "/figure/ENV-02", "lang=en").text
    assert "76 µg/m³" in page and 'name="figure" value="ENV-02"' in page
    assert re.search(r'og:title" content="PM2.5 hourly', page)
    assert ask(public_site, "/report").headers["Location"] == "/#report"


def test_counts_are_told_of_moments_and_what_is_withheld_says_so(
    public_site: PublicSite, catalogue: Catalogue
) -> None:
    told = ask(public_site, "/", f"street={STREET}").text
    assert "少于 5 <small>" in told and "12345热线工单量" in told
    assert "每小时最后一次公布" in ask(public_site, "/figure/OPS-01").text
    assert public_site.feed.now is not None and catalogue.publication is not None
    content = Content(catalogue, catalogue.publication, Words(catalogue, "zh"))
    item = {"value": None, "state": "unknown", "freshness": "never", "at": None}
    withheld, missing = (
        content.cell(catalogue.sign["SAF-11"], {**item, "mark": mark}, public_site.feed.now)
        for mark in ("withheld", "missing")
    )
    assert (withheld["word"], withheld["at"]) == ("暂不公布", "有街镇没有报送，或例数太少")
    assert (missing["word"], missing["at"]) == ("无数据", "现在没有数据")
    rows = json.loads(ask(public_site, "/api/v1/public/signs.json").body)["rows"]
    assert {row["mark"] for row in rows} == {"exact", "missing"}


def test_search_engines_are_given_whole_addresses(public_site: PublicSite) -> None:
    text = ask(public_site, "/sitemap.xml", host="localhost:8050").text
    found = re.findall(r"<loc>([^<]*)</loc>", text)
    assert f"http://localhost:8050/?street={STREET}&amp;lang=en" in found
    assert all(one.startswith("http://localhost:8050/") for one in found)


def test_the_manifest_tells_what_the_newest_day_left_out(public_site: PublicSite) -> None:
    newest = json.loads(ask(public_site, "/api/v1/public/manifest.json").body)[0]
    day = newest["newest_day_of_streets"]
    rows = json.loads(ask(public_site, "/api/v1/public/streets.json").body)["rows"]
    assert {r["start"] for r in rows} == {day["day"]}
    for code, marks in day["cells_by_mark"].items():
        cells = [r["mark"] for r in rows if r["sign"] == code]
        assert marks == {mark: cells.count(mark) for mark in set(cells)}
    assert newest["kept_days"]["days"] is None


def test_alone_and_in_front_of_the_desks_it_is_the_same_page(
    house: Settings, catalogue: Catalogue
) -> None:
    clock = FixedClock()
    alone = Alone(PublicSite(house, catalogue, clock))
    asked = []

    def desks(environ: dict[str, object], start_response: object) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        return start_response("200 OK", []) and [b"desks"]  # type: ignore[operator]

    front = Front(PublicSite(house, catalogue, clock, staff="/login"), desks)
    mine, other = ask(alone, "/").text, ask(front, "/").text
    staff = re.compile(r'<a href="/login">[^<]*</a>')
    assert staff.search(other) and staff.sub("", other) == mine
    assert ask(alone, "/about").status == ask(alone, "/readyz").status == 200
    assert ask(front, "/screen").body == b"desks" == ask(front, "/about", cookie="a=b").body
    assert ask(front, "/about", "lang=en").headers["Location"] == "/method?lang=en"
    assert asked == ["/screen", "/about"]
    alone.site.close()
    front.site.close()


def test_alone_it_says_when_its_store_is_lost(
    house: Settings, catalogue: Catalogue, tmp_path: Path
) -> None:
    store = tmp_path / "lost.db"
    with sqlite3.connect(house.public_db_url.removeprefix("sqlite:///")) as source:
        source.execute("VACUUM INTO ?", (str(store),))
    source.close()
    settings = Settings(data_dir=tmp_path, public_database_url=f"sqlite:///{store}")
    alone = Alone(PublicSite(settings, catalogue, FixedClock()))
    alone.site.feed.look()
    assert ask(alone, "/").status == 200
    assert ask(alone, "/readyz").text == '{"publication":"ok"}'
    store.unlink()
    alone.site.feed.look()
    assert ask(alone, "/readyz").text == '{"publication":"degraded"}'
    assert ask(alone, "/").status == 200
    alone.site.close()


def test_before_the_first_publication_the_page_says_so(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    from data_access.public.store import migrate_public

    settings = Settings(data_dir=tmp_path / "var")
    migrate_public(settings)
    site = PublicSite(settings, catalogue, FixedClock())
    answer = ask(site, "/")
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-cache"
    assert ask(site, "/live/public").status == 503
    assert ask(site, "/api/v1/public/signs.csv").status == 503
    site.close()
