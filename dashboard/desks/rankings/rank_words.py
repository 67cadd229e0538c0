"""A ranking in sentences: who takes part, whose change is real, and how the figures come about."""

from collections import Counter
from collections.abc import Sequence

from dashboard.components.light import Node, el
from dashboard.components.times import day_and_time, grouped
from dashboard.components.versions import weights_words
from dashboard.components.view import View
from dashboard.desks.rankings.rank_table import Look, because, places, signed
from data_access.scoring.hours import weighed_over
from data_access.scoring.measure import Standings
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.scoring.ranking import (
    DRAWS,
    LEAST_COVERAGE,
    LEAST_USABLE,
    SHRINK_M,
    SMALL_N,
    Ranked,
    Ranking,
)
from domain.span import Span
from domain.zone import Zone

NAMED = 6  # names in one sentence


def lead(look: Look, found: Standings, higher_is_better: bool, zone: Zone) -> list[Node]:
    """The page in two sentences or three."""
    ranking = found.ranking
    if not any(row.value is not None for row in ranking.rows):
        return [el("p", look.view.text("rankings.say.none"), cls="desk-lead")]
    said: list[Node] = [_who(look.view, ranking), *_own(look, ranking)]
    said.append(_changes(look, ranking, higher_is_better))
    return [
        el("p", *said, cls="desk-lead"),
        el("p", _data(look.view, found, zone), cls="rank-data"),
    ]


def notes(look: Look, ranking: Ranking) -> Node:
    """Where intervals come from, what ties and shrinkage are, who is left out."""
    view, kind = look.view, "rate" if look.rate else "score"
    mean = "" if ranking.mean is None else f"{ranking.mean:.{look.decimals}f}"
    values = {
        "interval": {"draws": grouped(DRAWS)},
        "ties": {"mean": mean, "m": f"{SHRINK_M:g}"} if look.rate else {},
        "who": {"coverage": f"{LEAST_COVERAGE * 100:g}"},
    }
    values["who"] |= {"n": str(SMALL_N)} if look.rate else {"usable": f"{LEAST_USABLE * 100:g}"}
    parts = [
        el(
            "p",
            el("b", view.text(f"rankings.note.{name}")),
            view.text(f"rankings.note.{name}.{kind}", **values[name]),
        )
        for name in ("interval", "ties", "who")
    ]
    return el("div", *parts, cls="rank-notes")


def weighed(view: View, catalogue: Catalogue, span: Span) -> list[Node]:
    """By which weights the scores are made."""
    over = [stretch.weights for stretch in weighed_over(catalogue, span)]
    said = [view.text("versions.mixed", n=len(over))] if len(over) > 1 else []
    said += [weights_words(view, weights) for weights in over]
    return [el("p", text, cls="desk-note") for text in said]


def _who(view: View, ranking: Ranking) -> str:
    said = view.text("rankings.say.who", n=ranking.ranked)
    if len(ranking.rows) == 1:
        return said + view.text("rankings.say.alone")
    out = Counter(row.why for row in ranking.rows if row.why is not None)
    if not out:
        return said + view.text("rankings.say.all")
    parts = [
        view.text("rankings.say.out_item", why=view.text(f"rankings.why.{why}"), n=n)
        for why, n in out.items()
    ]
    listed = view.text("rankings.join").join(parts)
    return said + view.text("rankings.say.out", n=sum(out.values()), list=listed)


def _own(look: Look, ranking: Ranking) -> list[Node]:
    """The chosen one's place, in bold."""
    view = look.view
    row = next((row for row in ranking.rows if row.code == look.chosen), None)
    if row is None:
        return []
    name = look.name(row.code)
    if row.rank is None:
        return [
            el("b", view.text("rankings.say.own_out", name=name, why=because(view, row))),
            view.text("rankings.say.own_end"),
        ]
    said = view.text(
        "rankings.say.own",
        name=name,
        rank=view.text("rankings.place", n=row.rank),
        places=places(view, row.rank_low, row.rank_high),
    )
    if row.change is None:
        return [el("b", said), view.text("rankings.say.own_end")]
    delta = view.text("rankings.say.own_change", delta=signed(row.change.delta, look.decimals))
    sure = "rankings.say.own_real" if row.change.real else "rankings.say.own_noise"
    return [el("b", said), delta + view.text(sure)]


def _changes(look: Look, ranking: Ranking, higher_is_better: bool) -> str:
    view = look.view
    compared = [row for row in ranking.rows if row.change is not None and row.rank is not None]
    if not compared:
        return view.text("rankings.say.no_before")
    better: list[Ranked] = []
    worse: list[Ranked] = []
    for row in compared:
        if row.change is not None and row.change.real:
            (better if (row.change.delta > 0) == higher_is_better else worse).append(row)
    if not better and not worse:
        return view.text("rankings.say.no_real")
    said = ""
    if better:
        said += view.text("rankings.say.better", list=_names(look, better))
    if worse:
        said += view.text("rankings.say.worse", list=_names(look, worse))
    if len(better) + len(worse) < len(compared):
        said += view.text("rankings.say.rest")
    return said


def _names(look: Look, rows: Sequence[Ranked]) -> str:
    names = look.view.text("rankings.join").join(look.name(row.code) for row in rows[:NAMED])
    more = look.view.text("rankings.say.more", n=len(rows)) if len(rows) > NAMED else ""
    return names + more


def _data(view: View, found: Standings, zone: Zone) -> str:
    """Of when the figures are, what was left out, and since when there are data at all."""
    said = view.text("rankings.say.span", span=ends(found, zone))
    left_out = round(sum(row.excluded for row in found.ranking.rows))
    if left_out:
        said += view.text("rankings.say.out_of_date", n=grouped(left_out))
    if found.data_from > found.span.from_ms + HOUR_MS:
        since = day_and_time(found.data_from, found.span.until, zone, seconds=False)
        said += view.text("rankings.say.since", since=since)
    return said


def ends(found: Standings, zone: Zone) -> str:
    """The first and the last instant that count: `11-17 00:00 – 11-23 18:40`; years that differ."""
    first, last = (zone.local(ms) for ms in (found.span.from_ms, found.span.until))
    pattern = "%m-%d %H:%M" if first.year == last.year else "%Y-%m-%d %H:%M"
    return f"{first.strftime(pattern)} – {last.strftime(pattern)}"
