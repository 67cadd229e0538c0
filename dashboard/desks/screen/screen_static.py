"""What the wall needs to know once: names, units, thresholds, strings. Changes with the catalogue.

Built once a process and served ready-made; the readings themselves come by snapshot and delta.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.components.times import offsets
from dashboard.house.services import Services
from dashboard.words.labels import labels_for
from data_access.maps.boundaries import load_map
from domain.catalogue import Catalogue
from domain.freshness import late_after_s
from domain.indicator import Bounds
from domain.place import Department, Named, Street
from domain.sign import Sign
from domain.text import LANGUAGES, Text
from domain.wall import WallProfile

PREFIXES = ("app.", "state.", "freshness.", "number.", "age.", "duration.", "crossing.", "wall.")
"""The part of the label table that the wall's scripts use."""


def screen_static(services: Services) -> dict[str, object]:
    """The static companion of the `screen` view, ready for JSON."""
    city = services.catalogue
    today = city.zone.date(services.now_ms)
    maps = load_map(services.settings, city)
    return {
        "city": city.city,
        **_texts("name", city.name),
        "catalogue": city.version,
        "zone": offsets(city.zone, services.now_ms),
        "domains": _named(city.domains),
        "goals": _named(city.goals),
        "signs": [sign_facts(sign, today) for sign in city.signs],
        "streets": [_street(street) for street in city.streets],
        "limits": {state.value: ms for state, ms in city.limits.items()},
        "departments": [_department(owner) for owner in _owners(city)],
        "labels": {lang: labels_for(lang, PREFIXES) for lang in LANGUAGES},
        "walls": [_wall(wall) for wall in city.walls],
        "map": {
            "schematic": maps.schematic,
            **_texts("notice", maps.notice),
            "inset": maps.inset,
        },
    }


def sign_facts(sign: Sign, local_date: str) -> Mapping[str, Any]:
    """One sign as the browser needs it, with the thresholds in force on an ISO local date."""
    cut = sign.thresholds_on(local_date)
    return {
        "code": sign.code,
        **_texts("short", sign.short),
        **_texts("name", sign.name),
        "unit": sign.measured_in.zh,
        "unit_en": sign.measured_in.en,
        "unit_one_en": sign.measured_in_one.en,
        "decimals": sign.decimals,
        "domain": sign.domain,
        "goal": sign.goal,
        "cadence_s": sign.cadence_s,
        "late_after_s": late_after_s(sign.cadence_s, sign.stale_after_s),
        "stale_after_s": sign.stale_after_s,
        "direction": sign.direction.value,
        "typical": sign.typical,
        "at_street": sign.at_street,
        "attention": _bounds(cut.attention),
        "warning": _bounds(cut.warning),
        "alarm": _bounds(cut.alarm),
        "labels_zh": [level.zh for level in sign.value_labels],
        "labels_en": [level.en for level in sign.value_labels],
        "department": sign.department,
        "wall_trend": sign.wall_trend,
    }


def _texts(key: str, text: Text) -> dict[str, str]:
    """`name_zh`, `name_en`: a text under one key a language."""
    return {f"{key}_{lang}": text.of(lang) for lang in LANGUAGES}


def _bounds(bounds: Bounds) -> list[float | None]:
    return [bounds.low, bounds.high]


def _named(items: tuple[Named, ...]) -> list[dict[str, str]]:
    return [{"code": n.code, **_texts("name", n.name)} for n in items]


def _street(street: Street) -> dict[str, object]:
    return {
        "code": street.code,
        **_texts("name", street.name),
        "short_zh": street.short.zh,
        "kind": street.kind,
        "lon": street.lon,
        "lat": street.lat,
    }


def _owners(city: Catalogue) -> list[Department]:
    """The departments that own a sign: no other is named on the wall."""
    owning = {sign.department for sign in city.signs}
    return [department for department in city.departments if department.code in owning]


def _department(owner: Department) -> dict[str, str]:
    return {
        "code": owner.code,
        **_texts("name", owner.name),
        **_texts("short", owner.tight),
    }


def _wall(wall: WallProfile) -> dict[str, object]:
    return {
        "code": wall.code,
        **_texts("name", wall.name),
        "modes": {
            name: {
                "scenes": mode.scenes,
                "home": mode.home,
                "dwell_ms": mode.dwell_s * 1000,
                "focus": mode.focus,
                "focus_ms": mode.focus_s * 1000,
                "idle_ms": mode.idle_s * 1000,
                "interrupt": mode.interrupt,
                **_texts("name", mode.name),
            }
            for name, mode in wall.modes.items()
        },
    }
