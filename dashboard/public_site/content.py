"""What stands on the public page, as plain data: from the published store to templates."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from dashboard.public_site.chart import line
from dashboard.public_site.words import Words
from dashboard.words.labels import label
from data_access.public import queries
from data_access.public.queries import Value
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, from_rfc3339, slot_start
from domain.index import blind, condition
from domain.indicator import Bounds, Direction, Rule, Thresholds
from domain.privacy import Mark
from domain.publication import Kind, Publication, Topic
from domain.sign import Sign, State

Json = dict[str, Any]
TREND_HOURS = 24
TREND_DAYS = 30
LATE_MS = 10 * MINUTE_MS
_TROUBLED = (State.ALARM.value, State.WARNING.value, State.ATTENTION.value)


@dataclass(frozen=True)
class Published:
    """One version of the present, and the closed periods beside it."""

    version: int
    as_of: int  # epoch ms: the cut-off that the delay leaves
    made_at: int
    demo: bool
    counts: dict[str, int]
    signs: dict[str, Json]
    street_states: dict[str, Json]
    streets: dict[str, dict[str, list[Any]]]
    hours: dict[str, list[Value]]  # the district's last day, by sign
    days: dict[str, list[Value]]  # the district's last month, by sign
    late: bool = False  # nothing new has come for a while

    def seen_at(self, ms: int) -> "Published":
        """The same, read at an instant: what has not been renewed must not speak of today."""
        if ms - self.made_at < LATE_MS:
            return self
        return replace(self, made_at=slot_start(ms, LATE_MS, 0), late=True)


def read_published(db: Database, catalogue: Catalogue, rules: Publication) -> Published | None:
    """Everything for one version of the pages; None before the first publication."""
    found, streets = queries.view_body(db, "public"), queries.view_body(db, "streets")
    if found is None or streets is None:
        return None
    body: Json = msgspec.json.decode(found[1])
    as_of = from_rfc3339(body["as_of"])
    made = as_of + rules.delay_ms
    hour = catalogue.zone.slot_start(as_of, HOUR_MS)
    day = catalogue.zone.day_start(made)
    place = catalogue.code
    hours = queries.values_between(db, "hour", hour - TREND_HOURS * HOUR_MS, hour + 1, place)
    days = queries.values_between(db, "day", catalogue.zone.next_day(day, -TREND_DAYS), day, place)
    return Published(
        version=found[0],
        as_of=as_of,
        made_at=made,
        demo=bool(body["demo"]),
        counts=body["counts"],
        signs={item["code"]: item for item in body["signs"]},
        street_states={item["code"]: item for item in body["streets"]},
        streets=msgspec.json.decode(streets[1])["places"],
        hours=_by_sign(hours),
        days=_by_sign(days),
    )


def _by_sign(values: Iterable[Value]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for value in values:
        found.setdefault(value.sign, []).append(value)
    return found


class Content:
    """The parts of the pages in one language."""

    def __init__(self, catalogue: Catalogue, rules: Publication, words: Words) -> None:
        self.catalogue = catalogue
        self.rules = rules
        self.words = words
        self.live = [sign for sign in catalogue.signs if rules.is_live(sign)]

    # the head

    def headline(self, now: Published) -> list[str]:
        """Short sentences: how it is, and what stands out."""
        t, counts = self.words.t, now.counts
        if now.late:
            when = self.words.when(now.as_of, now.made_at)
            return [t("head.old", city=self.words.city_short, when=when)]
        known = sum(counts[s] for s in counts if s != State.UNKNOWN.value)
        if not known:
            return [t("head.none", city=self.words.city_short)]
        if blind(counts[State.UNKNOWN.value], known + counts[State.UNKNOWN.value]):
            return [t("head.few", city=self.words.city_short), *self._phrases(now)]
        alarms, warnings = counts[State.ALARM.value], counts[State.WARNING.value]
        calm = not alarms + warnings + counts[State.ATTENTION.value]
        key = "calm" if calm else "mostly" if not alarms else "alarm"
        key = "many" if alarms + warnings > len(self.live) // 10 else key
        opening = [t("head.today", city=self.words.city_short), t(f"head.{key}", n=alarms)]
        return [*opening, *self._phrases(now)]

    def _phrases(self, now: Published) -> list[str]:
        troubled = {c for c, s in now.signs.items() if s["state"] in _TROUBLED}
        said = [p.text.of(self.words.lang) for p in self.rules.phrases if p.sign in troubled]
        return said[:2]

    def lead(self, now: Published) -> str:
        """How many signs stand how, in one sentence."""
        t, counts = self.words.t, now.counts
        if counts["normal"] == len(now.signs):
            return self.words.many("lead.all", len(now.signs))
        parts = [
            self.words.many(f"lead.{state}", counts[state])
            for state in ("attention", "warning", "alarm", "unknown")
            if counts[state]
        ]
        rest = t("lead.join").join(parts)
        return t("lead", n=len(now.signs), normal=counts["normal"], rest=rest)

    def warnings(self, now: Published) -> list[Json]:
        """Official warnings that are in force."""
        found = []
        for code in self.rules.warnings:
            item = now.signs.get(code)
            if item and item["value"]:
                sign = self.catalogue.sign[code]
                cell = self.cell(sign, item, now)
                found.append({**cell, "level": min(4, max(1, round(item["value"])))})
        return found

    def goals(self, now: Published) -> list[Json]:
        """更有序, 更安全, 更干净: counts by state and what stands out."""
        return [
            {
                "name": self.words.name(goal),
                **self._group(now, [s for s in self.live if s.goal == goal.code]),
            }
            for goal in self.catalogue.goals
        ]

    def domains(self, now: Published) -> list[Json]:
        """The signs by domain, each with its row."""
        found = []
        for domain in self.catalogue.domains:
            signs = [s for s in self.live if s.domain == domain.code]
            cells = [self.cell(s, now.signs[s.code], now) for s in signs if s.code in now.signs]
            found.append(
                {"name": self.words.name(domain), "cells": cells, **self._group(now, signs)}
            )
        return [group for group in found if group["cells"]]

    def troubled(self, now: Published) -> list[Json]:
        """Every sign that is not normal, the worst first; those without data last."""
        found = []
        for sign, item in self._told(now, self.live):
            if item["state"] != State.NORMAL.value:
                held = self.held(sign, item)
                found.append({**self.cell(sign, item, now), "held": held})
        return found

    def _told(self, now: Published, signs: Iterable[Sign]) -> list[tuple[Sign, Json]]:
        """What was published of these signs, the worst first, as the engine put them."""
        wanted = {sign.code: sign for sign in signs}
        return [(wanted[code], item) for code, item in now.signs.items() if code in wanted]

    def _group(self, now: Published, signs: list[Sign]) -> Json:
        items = self._told(now, signs)
        states = Counter(item["state"] for _, item in items)
        worst = next((s for s in _TROUBLED if states[s]), None)
        state = condition([State(item["state"]) for _, item in items]).value
        named = [pair for pair in items if pair[1]["state"] in _TROUBLED]
        t = self.words.t
        mixed = states["normal"] and states["unknown"]
        calm = ("few" if state == "unknown" else "known") if mixed else state
        return {
            "state": state,
            "word": self.words.many(f"group.{worst}", states[worst])
            if worst
            else t(f"group.{calm}"),
            "tally": t("group.tally", n=len(items), normal=states["normal"]),
            "unknown": states["unknown"],
            "named": [self.cell(sign, item, now) for sign, item in named[:3]],
            "more": max(0, len(named) - 3),
        }

    # figures

    def cell(self, sign: Sign, item: Json, now: Published) -> Json:
        """One sign with everything that is told of it in a row."""
        words = self.words
        at = from_rfc3339(item["at"]) if item["at"] else None
        withheld = item.get("mark") == Mark.WITHHELD.value
        return {
            "code": sign.code,
            "name": words.name(sign),
            "value": words.value(sign, item["value"]),
            "unit": ""
            if item["value"] is None or sign.value_labels
            else words.unit(sign, item["value"]),
            "state": item["state"],
            "word": words.t("withheld") if withheld else words.state(item["state"]),
            "old": item["freshness"] in ("stale", "never"),
            "at": words.when(at, now.made_at)
            if at
            else words.t("withheld.why" if withheld else "never"),
            "cadence": words.cadence(sign),
            "source": words.source(sign),
            "threshold": self.threshold(sign, now),
        }

    def topics(self, now: Published) -> list[Json]:
        """The subjects of the page, each with one large figure."""
        return [self.topic(topic, now) for topic in self.rules.topics]

    def topic(self, topic: Topic, now: Published) -> Json:
        """One subject: its first sign large, the others in words and in the table."""
        signs = [self.catalogue.sign[code] for code in topic.signs]
        cells = [self.cell(s, now.signs[s.code], now) for s in signs if s.code in now.signs]
        group = self._group(now, signs)
        return {
            "code": topic.code,
            "name": self.words.name(topic),
            "first": cells[0],
            "others": cells[1:],
            "cells": cells,
            "group": group,
            **self.figure(signs[0], now),
        }

    def figure(self, sign: Sign, now: Published) -> Json:
        """A sign's trend and what must stand beside it."""
        hourly = sign.cadence_s < DAY_MS // 1000 // 4
        trend = self.hourly(sign, now) if hourly else self.daily(sign, now)
        return {
            "trend": trend,
            "definition": self.definition(sign),
        }

    def hourly(self, sign: Sign, now: Published) -> Json:
        """The last 24 hours of the district."""
        newest = self.catalogue.zone.slot_start(now.as_of, HOUR_MS) - HOUR_MS
        starts = range(newest - (TREND_HOURS - 1) * HOUR_MS, newest + 1, HOUR_MS)
        known = {v.start: v.value for v in now.hours.get(sign.code, ())}
        how = self.words.t(f"how.hour.{self._how(sign)}")
        name = self.words.name(sign)
        caption = self.words.t("trend.hours", name=name, n=TREND_HOURS, how=how)
        names = [self.words.hour(start, now.made_at) for start in starts]
        return self._trend(sign, caption, names, [known.get(start) for start in starts], now)

    def daily(self, sign: Sign, now: Published) -> Json:
        """The last 30 days of the district."""
        zone = self.catalogue.zone
        newest = zone.day_start(now.made_at - self.rules.close_ms)
        starts = zone.days(zone.next_day(newest, -TREND_DAYS), newest)
        known = {v.start: v.value for v in now.days.get(sign.code, ())}
        how = self.words.t(f"how.day.{self._how(sign)}")
        name = self.words.name(sign)
        caption = self.words.t("trend.days", name=name, n=TREND_DAYS, how=how)
        names = [self.words.day(start) for start in starts]
        return self._trend(sign, caption, names, [known.get(start) for start in starts], now)

    def _how(self, sign: Sign) -> str:
        """What one point of a line is: of people the last that was told, else of its readings."""
        if self.rules.kind(sign) is not Kind.MEASURE:
            return "end"
        rule = sign.rule
        return rule.value if rule in (Rule.MAX, Rule.MIN) else sign.over_time.value

    def _trend(
        self, sign: Sign, caption: str, names: list[str], values: list[float | None], now: Published
    ) -> Json:
        words = self.words
        known = [value for value in values if value is not None]
        edge = _edge(sign, words.local(now.made_at).date().isoformat())
        drawn = line(values, edge)
        rows = [
            {"name": name, "value": words.value(sign, value)}
            for name, value in zip(names, values, strict=True)
        ]
        first = next((n for n, value in enumerate(values) if value is not None), len(values))
        rows = rows[first:]  # what lies before the first figure is no gap
        if drawn is None:
            return {"line": None, "caption": caption, "rows": rows, "unit": words.unit(sign)}
        last = next(value for value in reversed(values) if value is not None)
        return {
            "line": drawn,
            "caption": caption,
            "level": words.value(sign, edge) if drawn.level is not None else None,
            "last": words.value(sign, last),
            "from": names[0],
            "to": names[-1],
            "said": words.t(
                "trend.said",
                caption=caption,
                low=words.value(sign, min(known)),
                high=words.value(sign, max(known)),
                last=words.value(sign, last),
                unit=words.unit(sign),
            ),
            "rows": rows,
            "unit": words.unit(sign),
        }

    def definition(self, sign: Sign) -> str:
        """How the district's value comes about."""
        by = sign.denominator.of(self.words.lang)
        key = "derived" if sign.derived else sign.rule.value
        return self.words.t(f"rule.{key}", by=by or self.words.t("rule.by"))

    def threshold(self, sign: Sign, now: Published) -> str:
        """From where on a sign needs attention today."""
        return self._beyond(sign, self._limits(sign, now).attention, "")

    def held(self, sign: Sign, item: Json) -> str:
        """That a district value has come back, where its state is not cleared yet."""
        clear = item.get("clear")  # not told by the version before
        if clear is None:
            return ""
        unit = "" if sign.value_labels else self.words.unit(sign, clear)
        line = f"{self.words.edge(sign, clear)} {unit}".strip()
        return label(f"crossing.held.{item['side']}", self.words.lang, edge=line)

    def limits(self, sign: Sign, now: Published) -> list[Json]:
        """All three limits in words, with the unit."""
        found, unit = self._limits(sign, now), "" if sign.value_labels else self.words.unit(sign)
        return [
            {
                "state": name,
                "word": self.words.state(name),
                "text": self._beyond(sign, getattr(found, name), unit),
            }
            for name in reversed(_TROUBLED)
        ]

    def _limits(self, sign: Sign, now: Published) -> Thresholds:
        """Those that judged the published value; where nothing is judged, those of today."""
        judged = sign.thresholds_of(now.signs.get(sign.code, {}).get("version"))
        return judged or sign.thresholds_on(self.words.local(now.made_at).date().isoformat())

    def _beyond(self, sign: Sign, bounds: Bounds, unit: str) -> str:
        words = self.words
        low, high = (f"{words.value(sign, b)} {unit}".strip() for b in (bounds.low, bounds.high))
        match sign.direction:
            case Direction.HIGHER_WORSE:
                return words.t("from.high", high=high)
            case Direction.LOWER_WORSE:
                return words.t("from.low", low=low)
            case _:
                return words.t("from.band", low=low, high=high)


def _edge(sign: Sign, local_date: str) -> float | None:
    bounds = sign.thresholds_on(local_date).attention
    return bounds.high if sign.direction is not Direction.LOWER_WORSE else bounds.low
