"""A department in two or three sentences, made from its data."""

from collections import Counter

from dashboard.components.light import Node, el
from dashboard.components.view import View
from dashboard.desks.department.department_alerts import OPEN, Open, overdue, place_name, unknown
from dashboard.desks.rankings.rank_table import because, places
from dashboard.desks.street.street_words import lasting, state_word
from domain.catalogue import Catalogue
from domain.picture import Picture
from domain.place import Department
from domain.scoring.ranking import Ranked


def lead(
    view: View, catalogue: Catalogue, department: Department, picture: Picture | None,
    alerts: list[Open], now_ms: int,
) -> str:  # fmt: skip
    """How its signs stand, where, and what has stood longest."""
    count = sum(1 for sign in catalogue.signs if sign.department == department.code)
    if not count:
        return view.text("department.say.none")
    said = view.text("department.say.signs", n=count)
    if picture is None:
        return said + view.text("rankings.say.own_end") + view.text("department.waiting")
    dark = unknown(catalogue, picture, department.code)
    if dark == count and not alerts:
        return said + view.text("department.say.dark")
    more = view.text("department.say.unknown", n=dark) if dark else ""
    if not alerts:
        return said + view.text("department.say.fine") + more
    now = _now(view, picture, alerts) + more
    late = overdue(catalogue, alerts, now_ms)
    now += view.text("department.say.overdue", n=late) if late else ""
    return said + now + _longest(view, catalogue, alerts[0], now_ms)


def standing(view: View, row: Ranked | None, period: str, kind: str) -> Node | None:
    """Its place among its peers; None where it takes no part at all."""
    if row is None:
        return None
    if row.rank is None or row.value is None:
        why = because(view, row)
        return el("p", view.text("department.say.unranked", period=period, why=why))
    text = view.text(
        "department.say.rank",
        period=period,
        score=f"{row.value:.1f}",
        kind=view.text(f"rankings.kind.{kind}"),
        rank=view.text("rankings.place", n=row.rank),
        places=places(view, row.rank_low, row.rank_high),
    )
    return el("p", text)


def _now(view: View, picture: Picture, alerts: list[Open]) -> str:
    district = Counter(a.cell.state for a in alerts if a.place == picture.district)
    parts = [
        view.text("department.say.state", state=state_word(view, state), n=district[state])
        for state in OPEN
        if district[state]
    ]
    below = [a for a in alerts if a.place != picture.district]
    said = view.text("department.say.calm")
    if parts:
        said = view.text("department.say.now", list=view.text("rankings.join").join(parts))
    if below:
        streets = len({a.place for a in below})
        said += view.text("department.say.places", n=streets, rows=len(below))
    return said


def _longest(view: View, catalogue: Catalogue, alert: Open, now_ms: int) -> str:
    if alert.cell.since is None:
        return ""
    return view.text(
        "department.say.longest",
        sign=view.name(alert.sign.short),
        place=place_name(view, catalogue, alert.place),
        span=lasting(view, now_ms - alert.cell.since),
    )
