"""`news.atom`: corrections and official warnings as an Atom feed (RFC 4287).

A warning is told when its hour is closed, like every hour. So an entry never changes: its id is
made of what it is about, and a reader sees it once.
"""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from dashboard.public_site.words import Words
from data_access.public import queries
from data_access.public.queries import Correction, Value
from data_access.store.db import Database
from domain.clock import HOUR_MS, to_rfc3339
from domain.publication import Publication
from domain.sign import Sign

ATOM = "application/atom+xml; charset=utf-8"
SPACE = "http://www.w3.org/2005/Atom"
LONGEST = 100  # entries
DAYS_BACK = 14


class Item(NamedTuple):
    """One entry."""

    key: str  # what it is about, unique for ever
    at: int  # epoch ms
    title: str
    text: str
    link: str  # path of the page that shows it


def feed(db: Database, rules: Publication, words: Words, origin: str, now_ms: int) -> bytes:
    """The feed in the language of `words`; `origin` is where the site is served."""
    items = [*_corrections(db, words), *_warnings(db, rules, words, now_ms)]
    items.sort(key=lambda item: (-item.at, item.key))
    return _written(items[:LONGEST], words, origin, now_ms)


def _corrections(db: Database, words: Words) -> Iterable[Item]:
    for one in queries.newest_corrections(db, LONGEST):
        sign = words.catalogue.sign.get(one.sign)
        if sign is not None:
            title = words.t("news.correction", name=words.name(sign))
            key = f"correction/{one.sign}/{one.place}/{one.period}/{one.start}/{one.at}"
            yield Item(key, one.at, title, correction_text(words, sign, one), f"/figure/{one.sign}")


def correction_text(words: Words, sign: Sign, one: Correction) -> str:
    """What a correction says, in one sentence."""
    day, said = words.day(one.start), one.text(words.lang)
    if said:
        return words.t("fix.said", day=day, text=said)
    old, new = words.value(sign, one.old), words.value(sign, one.new)
    return words.t("fix.text", day=day, old=old, new=new, unit=words.unit(sign))


def _warnings(db: Database, rules: Publication, words: Words, now_ms: int) -> Iterable[Item]:
    district, since = words.catalogue.code, now_ms - DAYS_BACK * 24 * HOUR_MS
    for code in rules.warnings:
        sign = words.catalogue.sign.get(code)
        if sign is not None:
            hours = queries.values_between(db, "hour", since, now_ms, district, code)
            yield from _changes(sign, hours, words)


def _changes(sign: Sign, hours: Iterable[Value], words: Words) -> Iterable[Item]:
    """An entry for each hour whose highest level is another than that of the hour before."""
    before: int | None = None
    for hour in sorted(hours, key=lambda value: value.start):
        highest = hour.value if hour.high is None else hour.high
        if highest is None:
            continue
        level = round(highest)
        if level != before and not (before is None and level == 0):
            name = words.name(sign)
            key = f"warning/{sign.code}/{hour.start}"
            title = (
                words.t("news.warning", name=name, level=words.value(sign, level))
                if level
                else words.t("news.warning.over", name=name)
            )
            at = hour.start + (HOUR_MS if level == 0 else 0)
            text = words.t("news.hour", day=words.day(hour.start), clock=words.clock(hour.start))
            yield Item(key, at, title, text, f"/figure/{sign.code}")
        before = level


def _written(items: list[Item], words: Words, origin: str, now_ms: int) -> bytes:
    query = "" if words.lang == "zh" else f"?lang={words.lang}"
    own = f"{origin}/api/v1/public/news.atom{query}"
    root = Element("feed", {"xmlns": SPACE, "xml:lang": "zh-CN" if words.lang == "zh" else "en"})
    _text(root, "id", own)
    _text(root, "title", words.t("news.title", city=words.city))
    _text(root, "subtitle", words.t("news.subtitle"))
    _text(root, "updated", to_rfc3339(items[0].at if items else now_ms) or "")
    SubElement(root, "link", {"rel": "self", "href": own, "type": "application/atom+xml"})
    SubElement(root, "link", {"rel": "alternate", "href": f"{origin}/{query}", "type": "text/html"})
    _text(SubElement(root, "author"), "name", words.city)
    host = urlsplit(origin).hostname or "localhost"
    for item in items:
        entry = SubElement(root, "entry")
        _text(entry, "id", f"tag:{host},2026:{item.key}")
        _text(entry, "title", item.title)
        _text(entry, "updated", to_rfc3339(item.at) or "")
        _text(entry, "summary", item.text)
        SubElement(entry, "link", {"rel": "alternate", "href": f"{origin}{item.link}{query}"})
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
