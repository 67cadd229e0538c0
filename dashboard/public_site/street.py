"""What is told of one street: measures at present, counts and rates of closed periods."""

from dashboard.public_site.content import Content, Json, Published
from dashboard.public_site.words import Words
from data_access.public import queries
from data_access.public.queries import Value
from data_access.store.db import Database
from domain.privacy import Mark
from domain.publication import Kind, Period
from domain.sign import Sign


def shown(words: Words, sign: Sign, value: Value) -> str:
    """A closed value as words: 「少于 5」, 「约 20」, 「未单列」."""
    match Mark(value.mark):
        case Mark.EXACT:
            return words.value(sign, value.value)
        case Mark.ROUNDED if value.value is not None:
            return words.t("mark.about", n=words.number(value.value, 0))
        case Mark.FEW:
            return words.t("mark.few", n=int(value.high or 0) + 1)
        case Mark.UNLISTED:
            return words.t("mark.unlisted")
        case Mark.MISSING:
            return words.t("mark.missing")
        case Mark.WITHHELD:
            return words.t("mark.withheld")
        case _:
            if value.high is None:
                return words.t("mark.from", low=words.number(value.low, 0))
            low, high = words.number(value.low, 0), words.number(value.high, 0)
            return words.t("mark.range", low=low, high=high)


def street_part(content: Content, db: Database, now: Published, code: str) -> Json:
    """Everything told of one street: measures at present, counts and rates when they are closed."""
    words, catalogue, rules = content.words, content.catalogue, content.rules
    day = queries.newest_start(db, "day")
    week = queries.newest_start(db, "week")
    days = queries.values_between(db, "day", day, day + 1, code) if day is not None else []
    weeks = queries.values_between(db, "week", week, week + 1, code) if week is not None else []
    closed = {}
    for period, start, values in (("day", day, days), ("week", week, weeks)):
        rows = []
        for value in values:
            sign = catalogue.sign.get(value.sign)
            if sign is None or rules.kind(sign) is Kind.MEASURE:
                continue
            if period == "week" and rules.street_period(sign) is not Period.WEEK:
                continue
            unit = words.unit(sign, value.value)
            quiet = value.mark in (Mark.UNLISTED.value, Mark.WITHHELD.value, Mark.MISSING.value)
            rows.append(
                {
                    "name": words.name(sign),
                    "text": shown(words, sign, value),
                    "unit": "" if quiet else unit,
                    "mark": value.mark,
                }
            )
        hidden = [row["name"] for row in rows if row["mark"] == Mark.WITHHELD.value]
        rows = [row for row in rows if row["mark"] != Mark.WITHHELD.value]
        closed[period] = {
            "quiet": words.t("list").join(hidden),
            "rows": rows,
            "name": words.day(start) if start is not None else "",
        }
    measures = [
        content.cell(
            catalogue.sign[sign],
            dict(zip(("value", "state", "freshness", "at"), item, strict=True)),
            now,
        )
        for sign, item in now.streets.get(code, {}).items()
        if item[0] is not None
    ]
    state = now.street_states.get(code, {"state": "unknown"})["state"]
    return {
        "code": code,
        "name": words.name(catalogue.street[code]),
        "state": state,
        "word": words.state(state),
        "measures": measures,
        **closed,
    }
