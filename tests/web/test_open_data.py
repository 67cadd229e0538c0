"""Open data in other hands: portals that harvest it, pages that read it, pages that frame ours."""

import re
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF

from dashboard.public_site.site import PublicSite
from data_access.public.store import open_public
from data_access.public.tables import public_corrections, public_values
from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from tests.clocks import FixedClock
from tests.web.public_city import ask, open_site

ATOM = {"a": "http://www.w3.org/2005/Atom"}
PAGES = ("/", "/method", "/nothing-here")
EU_FREQUENCY = Namespace("http://publications.europa.eu/resource/authority/frequency/")


# rdflib's own reader of JSON-LD goes by a class that rdflib itself calls old
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_a_portal_reads_one_catalogue_with_its_sets_and_files(public_site: PublicSite) -> None:
    answer = ask(public_site, "/api/v1/public/datasets.json")
    assert answer.headers["Content-Type"] == "application/ld+json"
    graph = Graph().parse(data=answer.text, format="json-ld")  # asks nobody: the context is inside
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    sets = set(graph.subjects(RDF.type, DCAT.Dataset))
    assert len(sets) == 4 and set(graph.objects(catalogue, DCAT.dataset)) == sets
    for one in sets:
        files = list(graph.objects(one, DCAT.distribution))
        assert len(files) == 3
        assert {str(t.language) for t in graph.objects(one, DCTERMS.title)} == {"zh", "en"}  # type: ignore[attr-defined]
        (rhythm,) = graph.objects(one, DCTERMS.accrualPeriodicity)
        assert str(rhythm).startswith(str(EU_FREQUENCY))
        for file in files:
            (url,) = graph.objects(file, DCAT.downloadURL)
            path = str(url).removeprefix("http://localhost")
            assert path != str(url) and ask(public_site, path).status == 200
    assert len(set(graph.subjects(RDF.type, DCAT.Distribution))) == 12
    publishers = {p for one in (catalogue, *sets) for p in graph.objects(one, DCTERMS.publisher)}
    (agent,) = publishers
    assert (agent, RDF.type, FOAF.Agent) in graph and list(graph.objects(agent, FOAF.name))
    addresses = {node for triple in graph for node in triple if isinstance(node, URIRef)}
    assert all(re.match(r"https?://", str(address)) for address in addresses)


def test_pages_of_any_origin_may_read_the_open_data_and_nothing_else(
    public_site: PublicSite,
) -> None:
    for path in ("signs.csv", "datasets.json", "news.atom", "no-such-thing.json"):
        answer = ask(public_site, f"/api/v1/public/{path}", origin="https://elsewhere.example")
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    asked = ask(public_site, "/api/v1/public/signs.json", method="OPTIONS")
    assert asked.status == 204 and asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    for path in (*PAGES, "/live/public", "/public/public.css"):
        assert "Access-Control-Allow-Origin" not in ask(public_site, path).headers, path
    assert ask(public_site, "/api/v1/public/signs.json", method="POST").status == 405


def test_nobody_frames_the_page_unless_named(
    public_site: PublicSite, house: Settings, catalogue: Catalogue
) -> None:
    for path in PAGES:
        head = ask(public_site, path).headers
        assert head["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in head["Content-Security-Policy"]
    named = house.model_copy(update={"embed_origins": "https://a.example.cn, https://b.cn:8443"})
    framed = open_site(named, catalogue, FixedClock().ms)
    try:
        for path in PAGES:
            head = ask(framed, path).headers
            csp = head["Content-Security-Policy"]
            assert "X-Frame-Options" not in head
            assert "frame-ancestors https://a.example.cn https://b.cn:8443" in csp
        data = ask(framed, "/api/v1/public/signs.json").headers
        assert "frame-ancestors 'none'" in data["Content-Security-Policy"]
    finally:
        framed.close()


@pytest.mark.parametrize(
    "given",
    ["https://a.cn/path", "*", "a.cn", "https://a.cn; script-src *", "https://a.cn\r\nX: y"],
)
def test_what_is_no_origin_stops_the_start(given: str) -> None:
    with pytest.raises(ValidationError, match="is not an origin"):
        Settings(embed_origins=given)


def test_the_feed_tells_corrections_and_warnings(
    house: Settings, public_site: PublicSite, catalogue: Catalogue
) -> None:
    rules, district = catalogue.publication, catalogue.code
    assert rules is not None
    code, now = rules.warnings[0], FixedClock().ms
    first = now // HOUR_MS * HOUR_MS - 12 * HOUR_MS
    levels = (0, 2, 2, 3, 0, 0)
    with open_public(house, read_only=False).write() as conn:
        conn.execute(
            public_values.delete().where(
                public_values.c.sign == code, public_values.c.period == "hour"
            )
        )
        for n, level in enumerate(levels):
            row = {"sign": code, "place": district, "period": "hour", "mark": "exact"}
            told = {"value": level, "low": level, "high": level, "demo": False, "released_at": now}
            start = first + n * HOUR_MS
            conn.execute(public_values.insert().values(**row, **told, start=start))
        fix = {"sign": code, "place": district, "period": "day", "start": first, "at": now}
        wording = {"text_zh": "传感器 <故障> & 已修", "text_en": "A <faulty> sensor & its repair"}
        conn.execute(public_corrections.insert().values(**fix, **wording))
    for query, lang in (("", "zh-CN"), ("lang=en", "en")):
        answer = ask(public_site, "/api/v1/public/news.atom", query)
        assert answer.headers["Content-Type"].startswith("application/atom+xml")
        root = ElementTree.fromstring(answer.body)  # noqa: S314 - our own answer
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == lang
        entries = root.findall("a:entry", ATOM)
        ids = [entry.findtext("a:id", "", ATOM) for entry in entries]
        assert len(ids) == len(set(ids)) == 4  # up to 2, up to 3, lifted, and the correction
        assert all(i.startswith("tag:localhost,2026:") for i in ids)
        stamps = [entry.findtext("a:updated", "", ATOM) for entry in entries]
        assert (
            stamps == sorted(stamps, reverse=True)
            and root.findtext("a:updated", "", ATOM) == (stamps[0])
        )
        said = " ".join(entry.findtext("a:summary", "", ATOM) for entry in entries)
        assert ("& 已修" if lang == "zh-CN" else "& its repair") in said
    assert ask(public_site, "/api/v1/public/news.atom", "lang=de").status == 400
    html = ask(public_site, "/").text
    assert 'type="application/atom+xml" href="/api/v1/public/news.atom"' in html
