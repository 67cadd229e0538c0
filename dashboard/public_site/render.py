"""From content to HTML."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import jinja2

from dashboard.public_site.chart import Drawing, Shape, with_room
from dashboard.public_site.content import Content, Published
from dashboard.public_site.links import Links, Where
from dashboard.public_site.news import correction_text
from dashboard.public_site.street import street_part
from dashboard.public_site.words import Words
from dashboard.words.labels import label
from data_access.public import queries
from data_access.settings import ROOT
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import to_rfc3339
from domain.publication import Publication
from domain.sign import State
from domain.text import Text

_TALLY = (State.NORMAL, State.ATTENTION, State.WARNING, State.ALARM, State.UNKNOWN)
LOG_LENGTH = 12
RULES_SHOWN = 3
LETTERS = {"zh": (19.0, 21.0), "en": (10.4, 19.0)}  # width and height of a letter on the map
LARGER = 1.42  # the letters of a phone and of large type, see public.css


@lru_cache(maxsize=1)
def templates() -> jinja2.Environment:
    """The templates of the public site; everything in them is escaped."""
    loader = jinja2.FileSystemLoader(ROOT / "dashboard" / "templates")
    return jinja2.Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,  # a running process keeps the templates it was written for
    )


class Renderer:
    """The pages of one city; safe to share, keeps nothing of a visitor."""

    def __init__(
        self,
        catalogue: Catalogue,
        rules: Publication,
        db: Database,
        map_: Drawing,
        notice: Text,
        origin: str = "",
    ) -> None:
        """`notice` gives the words that must stand beside the map."""
        self._origin = origin
        self._catalogue = catalogue
        self._rules = rules
        self._db = db
        self._map = map_
        self._notice = notice

    def page(self, where: Where, links: Links, now: Published, token: str = "") -> str | None:
        """The HTML of a page; None when there is no such figure or street."""
        words = Words(self._catalogue, where.lang)
        content = Content(self._catalogue, self._rules, words)
        if where.street and where.street not in self._catalogue.street:
            return None
        common = self._common(where, links, words, content, now)
        match where.page:
            case "method":
                return self._render("method", common, self._method(words))
            case "figure":
                parts = self._figure(where.code, links, content, now)
                if parts is None:
                    return None
                return self._render("figure", common, {**parts, "token": token})
            case _:
                home = self._home(where, links, content, now)
                return self._render("home", common, {**home, "token": token})

    def message(self, where: Where, links: Links, heading: str, text: str = "") -> str:
        """A page with one sentence; the arguments are keys of labels."""
        words = Words(self._catalogue, where.lang)
        content = Content(self._catalogue, self._rules, words)
        said = {
            "heading": words.t(heading, call=words.call()),
            "text": words.t(text) if text else "",
        }
        return self._render("message", self._common(where, links, words, content, None), said)

    def _render(self, name: str, common: dict[str, Any], parts: dict[str, Any]) -> str:
        return templates().get_template(f"public/{name}.html").render({**common, **parts})

    def _common(
        self, where: Where, links: Links, words: Words, content: Content, now: Published | None
    ) -> dict[str, Any]:
        headline = content.headline(now) if now else [words.t("title", city=words.city)]
        return {
            "t": words.t,
            "lang": where.lang,
            "large": where.large,
            "links": links,
            "city": words.city,
            "city_short": words.city_short,
            "app": label("app.name", where.lang),
            "other_language": label("language.other", where.lang),
            "demo": now is not None and now.demo,
            "demo_word": label("wall.demo", where.lang),
            "hotline": self._catalogue.hotline,
            "urgent": words.urgent(),
            "contact": self._rules.contact.of(where.lang),
            "version": now.version if now else 0,
            "headline": headline,
            "share": ("" if where.lang == "zh" else " ").join(headline),
            "page_title": words.t("title", city=words.city),
            "description": words.t("description", city=words.city),
            "late": now is not None and now.late,
            "late_text": words.t("late", when=words.when(now.as_of, now.made_at)) if now else "",
            "origin": self._origin,
            "whole": self._whole,
        }

    def _whole(self, href: str) -> str:
        """An address of ours with scheme and host, where the site knows its own."""
        return f"{self._origin.rstrip('/')}/{href.lstrip('/')}" if self._origin else href

    def _home(self, where: Where, links: Links, content: Content, now: Published) -> dict[str, Any]:
        words, rules = content.words, self._rules
        domains, troubled = content.domains(now), content.troubled(now)
        street = street_part(content, self._db, now, where.street) if where.street else None
        return {
            "date": f"{words.date(now.made_at)} {words.clock(now.made_at)}",
            "as_of": words.when(now.as_of, now.made_at),
            "as_of_iso": to_rfc3339(now.as_of),
            "delay": rules.delay_min,
            "lead": content.lead(now),
            "warnings": content.warnings(now),
            "goals": content.goals(now),
            "topics": content.topics(now),
            "domains": domains,
            "troubled": troubled,
            "odd": _odd(words, len(troubled)),
            "total": len(now.signs),
            "kinds": self._kinds(words),
            "street": street,
            "map": self._drawn(words, now),
            "map_name": words.t("street.map", n=len(self._map.shapes)),
            "few": rules.counts.few,
            "base": rules.counts.base,
            "downloads": downloads(words, links),
            **(self._titled(street["name"], words) if street else {}),
            **self._log(words),
        }

    def _figure(
        self, code: str, links: Links, content: Content, now: Published
    ) -> dict[str, Any] | None:
        sign = self._catalogue.sign.get(code)
        item = now.signs.get(code)
        if sign is None or item is None:
            return None
        words = content.words
        owner = self._catalogue.department[sign.department]
        cell = content.cell(sign, item, now)
        said = f"{cell['name']} {cell['value']} {cell['unit']}".strip()
        basis = label(f"about.basis.{sign.basis_type}.text", words.lang)
        return {
            **self._titled(cell["name"], words),
            "share": f"{said} · {words.city}",
            "description": words.t("figure.said", said=said, state=cell["word"], at=cell["at"]),
            "cell": cell,
            "held": content.held(sign, item),
            "hours": content.hourly(sign, now),
            "days": content.daily(sign, now),
            "definition": content.definition(sign),
            "limits": content.limits(sign, now),
            "owner": words.name(owner),
            "basis": words.t("figure.basis", text=basis),
            "basis_said": sign.basis.of(words.lang),
            "downloads": [_download(words, links, "one", f"signs/{code}", ("csv", "json"))],
        }

    def _titled(self, name: str, words: Words) -> dict[str, str]:
        return {"page_title": f"{name} · {words.t('title', city=words.city)}"}

    def _method(self, words: Words) -> dict[str, Any]:
        rules, t = self._rules, words.t
        bands = t("about.bands") if rules.bands else ""
        small = {"few": rules.counts.few, "next": rules.counts.few + 1, "base": rules.counts.base}
        texts = {
            "what": t("about.what.text", delay=rules.delay_min, close=rules.close_min, bands=bands),
            "small": t("about.small.text", **small, least=rules.rates.least),
            "states": t("about.states.text"),
            "privacy": t("about.privacy.text"),
            "access": t("about.access.text", call=words.call()),
        }
        parts = [
            {"code": code, "title": t(f"about.{code}"), "text": text}
            for code, text in texts.items()
        ]
        return {"parts": parts, "share": f"{t('about')} · {words.city}", **self._log(words)}

    def _log(self, words: Words) -> dict[str, Any]:
        corrections = []
        for item in queries.newest_corrections(self._db, LOG_LENGTH):
            sign = self._catalogue.sign.get(item.sign)
            if sign is not None:
                text = correction_text(words, sign, item)
                corrections.append(
                    {"at": words.day(item.at), "name": words.name(sign), "text": text}
                )
        found = queries.manifests(self._db)[: RULES_SHOWN + 1]
        older = [body["rules_version"] for _, body in found[1:]] + [None]
        rules = [
            {
                "at": words.day(at),
                "text": words.t("rules.again" if version == before else "rules", version=version),
            }
            for (at, body), before in zip(found, older, strict=True)
            if (version := body["rules_version"])
        ][:RULES_SHOWN]
        return {"corrections": corrections, "rules": rules}

    def _kinds(self, words: Words) -> list[dict[str, Any]]:
        found = []
        for kind in self._catalogue.kinds:
            places = [s for s in self._catalogue.streets if s.kind == kind.code]
            if places:
                named = [{"code": s.code, "name": words.name(s)} for s in places]
                name = words.places(kind, len(places))
                found.append({"name": name, "places": named})
        return found

    def _drawn(self, words: Words, now: Published) -> dict[str, Any]:
        places = self._placed(words, now, self._map.shapes)
        tally = Counter(place["state"] for place in places)
        inset = self._map.inset
        return {
            "width": self._map.width,
            "height": self._map.height,
            "places": places,
            "inset": inset
            and {
                "frame": inset.frame,
                "height": inset.height,
                "places": self._placed(words, now, inset.shapes, inset.named),
            },
            "tally": [
                {"state": s.value, "word": words.state(s.value), "n": tally[s.value]}
                for s in _TALLY
                if tally[s.value]
            ],
            "notice": self._notice.of(words.lang),
        }

    def _placed(
        self,
        words: Words,
        now: Published,
        shapes: Sequence[Shape],
        named: frozenset[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Shapes with their states, and their names where these have room (None: any of them)."""
        names = {s.code: words.short(self._catalogue.street[s.code]) for s in shapes}
        asked = [(s, names[s.code]) for s in shapes if named is None or s.code in named]
        letter, height = LETTERS[words.lang]
        fits = with_room(asked, letter, height)
        fits_large = with_room(asked, letter * LARGER, height * LARGER)
        found = []
        for shape in shapes:
            state = now.street_states.get(shape.code, {}).get("state", "unknown")
            found.append(
                {
                    "code": shape.code,
                    "path": shape.path,
                    "x": shape.x,
                    "y": shape.y,
                    "name": words.name(self._catalogue.street[shape.code]),
                    "short": names[shape.code] if shape.code in fits | fits_large else "",
                    "tight": shape.code not in fits_large,
                    "wide": shape.code not in fits,
                    "state": state,
                    "word": words.state(state),
                }
            )
        return found


def _odd(words: Words, n: int) -> str:
    return words.many("signs.odd", n) if n else words.t("signs.fine")


def downloads(words: Words, links: Links) -> list[dict[str, Any]]:
    """What can be taken home."""
    tables, document = ("csv", "json", "xlsx"), ("json",)
    offered: Iterable[tuple[str, str, tuple[str, ...]]] = (
        ("signs", "signs", tables),
        ("days", "days", tables),
        ("streets", "streets", tables),
        ("weeks", "weeks", tables),
        ("fixes", "corrections", document),
        ("catalogue", "datasets", document),
        ("manifest", "manifest", document),
        ("api", "openapi", document),
    )
    return [_download(words, links, *one) for one in offered]


def _download(
    words: Words, links: Links, key: str, name: str, kinds: tuple[str, ...]
) -> dict[str, Any]:
    files = [{"kind": kind.upper(), "href": links.data(f"{name}.{kind}")} for kind in kinds]
    return {"name": words.t(f"data.{key}"), "files": files}
