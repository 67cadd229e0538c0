"""The sign that is pointed at on a place's page: how it stands, and its last day."""

from dashboard.components import mark
from dashboard.components.chart import Subject, chart
from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.moment import ageing
from dashboard.components.period import Period
from dashboard.components.png_button import png_button
from dashboard.components.times import stamp
from dashboard.components.units import sign_path
from dashboard.desks.street.street_head import Here
from dashboard.desks.street.street_troubles import aged
from dashboard.desks.street.street_words import lasting
from data_access.series.notes import Note
from data_access.series.series_query import Ask, Course
from data_access.settings import Settings
from domain.clock import DAY_MS
from domain.sign import Sign


def period_of(here: Here, now_ms: int) -> Period:
    """The last day, up to now."""
    return Period.of({}, now_ms, here.city.zone)


def asked(here: Here, settings: Settings, sign: str, period: Period, now_ms: int) -> Ask:
    """What is to be read for the chart."""
    return Ask(
        place=here.standing.place.code,
        sign=sign,
        from_ms=period.from_ms,
        to_ms=period.to_ms,
        before_ms=period.to_ms - period.week_ago().to_ms,
        year_ms=period.to_ms - period.year_ago().to_ms,
        minute_from=period.to_ms - settings.retain_minute_days * DAY_MS,
        hour_from=period.to_ms - settings.retain_hour_days * DAY_MS,
    )


def sign_panel(
    here: Here, sign: Sign, period: Period, course: Course, notes: tuple[Note, ...] = ()
) -> list[Node]:
    """Heading, the present value, the chart, and the way to the page of the sign."""
    view, place = here.view, here.standing.place
    name = view.name(place.name)
    subject = Subject(sign, place.code, name, here.cells.get(sign.code), here.picture.as_of)
    return [
        *_heading(here, sign),
        _now(here, sign),
        chart(view, here.city, subject, period, course, notes),
        _take_away(here, sign, period),
    ]


def _take_away(here: Here, sign: Sign, period: Period) -> Node:
    """The course as a table and as a picture."""
    view, place = here.view, here.standing.place
    query = {"sign": sign.code, "place": place.code, **period.query()}
    names = (view.name(place.name), view.name(sign.name))
    source = here.city.source.get(sign.source)
    told = None if source is None else view.name(source.name)
    heading = " · ".join((*names, period.label(view)))
    return el(
        "div",
        export_links(view, "series", query),
        png_button(view, "street-sign", heading, told),
        cls="street-take",
    )


def not_defined(here: Here, sign: Sign) -> list[Node]:
    """For a sign that has no meaning below the district."""
    view = here.view
    said = view.text("street.sign.whole" if sign.whole_only else "street.sign.absent")
    return [*_heading(here, sign), el("p", mark.no_state(view, sign), " ", said, cls="desk-note")]


def _heading(here: Here, sign: Sign) -> list[Node]:
    view, defined = here.view, sign.code in here.cells
    street = here.standing.place.code if defined else None
    address = view.href(sign_path(sign.code), street=street)
    more = el("a", view.text("street.sign.more"), href=address, cls="street-more-link")
    named = el("small", f"{view.name(sign.name)} {sign.code}")
    return [el("h2", view.name(sign.short), named, more)]


def _now(here: Here, sign: Sign) -> Node:
    view, cell = here.view, here.cells[sign.code]
    since = None
    if cell.since is not None:
        at = stamp(cell.since, here.picture.as_of, here.city.zone)
        age = lasting(view, here.picture.as_of - cell.since)
        since = el("span", view.text("street.sign.since", time=at, age=age), cls="street-since")
    return el(
        "p",
        el("span", *mark.value(view, sign, cell), cls="street-now"),
        mark.state(view, cell),
        since,
        aged(here, cell),
        cls="street-sign-now",
        data_sign=sign.code,
        data_state=cell.state.value,
        **ageing(sign, cell),
    )
