"""What the wall needs to know once: names, units, thresholds, strings. Changes with the catalogue.

Built once a process and served ready-made; the readings themselves come by snapshot and delta.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.components.times import offsets
from dashboard.house.services import Services
from dashboard.words.labels import LANGUAGES, labels_for
from data_access.maps.boundaries import load_map
from domain.catalogue import Catalogue
from domain.freshness import late_after_s
from domain.place import Department, Named, Street
from domain.sign import Bounds, Sign
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
        "name_zh": city.name_zh,
        "name_en": city.name_en,
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
            "notice_zh": maps.notice_zh,
            "notice_en": maps.notice_en,
            "inset": maps.inset,
        },
    }


def sign_facts(sign: Sign, local_date: str) -> Mapping[str, Any]:
    """One sign as the browser needs it, with the thresholds in force on an ISO local date."""
    cut = sign.thresholds_on(local_date)
    return {
        "code": sign.code,
        "short_zh": sign.short_zh,
        "short_en": sign.short_en,
        "name_zh": sign.name_zh,
        "name_en": sign.name_en,
        "unit": sign.unit,
        "unit_en": sign.unit_en,
        "unit_one_en": sign.unit_one_en,
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
        "labels_zh": list(sign.value_labels_zh),
        "labels_en": list(sign.value_labels_en),
        "department": sign.department,
        "wall_trend": sign.wall_trend,
    }


def _bounds(bounds: Bounds) -> list[float | None]:
    return [bounds.low, bounds.high]


def _named(items: tuple[Named, ...]) -> list[dict[str, str]]:
    return [{"code": n.code, "name_zh": n.name_zh, "name_en": n.name_en} for n in items]


def _street(street: Street) -> dict[str, object]:
    return {
        "code": street.code,
        "name_zh": street.name_zh,
        "name_en": street.name_en,
        "short_zh": street.short_zh,
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
        "name_zh": owner.name_zh,
        "name_en": owner.name_en,
        "short_zh": owner.short_zh,
        "short_en": owner.short_en,
    }


def _wall(wall: WallProfile) -> dict[str, object]:
    return {
        "code": wall.code,
        "name_zh": wall.name_zh,
        "name_en": wall.name_en,
        "modes": {
            name: {
                "scenes": mode.scenes,
                "home": mode.home,
                "dwell_ms": mode.dwell_s * 1000,
                "focus": mode.focus,
                "focus_ms": mode.focus_s * 1000,
                "idle_ms": mode.idle_s * 1000,
                "interrupt": mode.interrupt,
                "name_zh": mode.name_zh,
                "name_en": mode.name_en,
            }
            for name, mode in wall.modes.items()
        },
    }
