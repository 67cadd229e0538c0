"""口径: what the signs of a table measure, from whom, how often, and where their colours begin."""

from collections.abc import Iterable, Sequence

from dashboard.components.times import span
from dashboard.components.versions import weights_words
from dashboard.export.ask import Ask
from domain.indicator import Bounds
from domain.sign import GRADED, Sign
from domain.weights import Stretch

_HEADS = (
    *("code", "name", "unit", "street_rule", "district_rule", "source", "cadence"),
    *("version", "attention", "warning", "alarm", "owner", "basis"),
)


def meaning(ask: Ask, signs: Iterable[Sign]) -> tuple[tuple[str, ...], ...]:
    """Name, unit, formula, source, cadence, thresholds with version, owner; the heads first."""
    today = ask.city.zone.date(ask.services.now_ms)
    heads = tuple(ask.text(f"meaning.{name}") for name in _HEADS)
    return (heads, *(_line(ask, sign, today) for sign in signs))


def weights_facts(ask: Ask, over: Sequence[Stretch]) -> tuple[tuple[str, str], ...]:
    """The weights behind scores or an index: a fact for each version that holds."""
    what = ask.text("weights")
    said = [ask.view.text("versions.mixed", n=len(over))] if len(over) > 1 else []
    for _, _, weights in over:
        costs = {state.value: f"{weights.of(state):g}" for state in GRADED}
        said.append(weights_words(ask.view, weights))
        said.append(ask.text("weights.costs", scale=weights.scale, **costs))
    return tuple((what, text) for text in said)


def _line(ask: Ask, sign: Sign, today: str) -> tuple[str, ...]:
    view, thresholds = ask.view, sign.thresholds_on(today)
    source = ask.city.source.get(sign.source)
    return (
        sign.code,
        ask.sign_name(sign.code),
        view.name(sign.measured_in),
        view.text(f"about.rule.{sign.street_rule}"),
        view.text(f"about.rule.{sign.rule}"),
        view.name(source.name) if source else sign.source,
        span(view, sign.cadence_s * 1000),
        ask.text("meaning.since", version=thresholds.version, date=thresholds.valid_from),
        *(_edge(b) for b in (thresholds.attention, thresholds.warning, thresholds.alarm)),
        ask.department_name(sign.department),
        view.name(sign.basis),
    )


def _edge(bounds: Bounds) -> str:
    parts = [("≤ ", bounds.low), ("≥ ", bounds.high)]
    return " / ".join(f"{mark}{edge:g}" for mark, edge in parts if edge is not None)
