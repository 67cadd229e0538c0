"""`map.geojson`: does the schematic map show exactly the streets of the catalogue?"""

import json
from pathlib import Path

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import plain_text, read_text
from domain.place import Street

FILE = "map.geojson"


def check_map(folder: Path, streets: tuple[Street, ...], report: Report) -> None:
    """One polygon for every street and town, none for anything else."""
    text = read_text(folder / FILE, FILE, report)
    if text is None or not streets:
        return
    text = plain_text(text, FILE, report)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        report.add(FILE, getattr(error, "lineno", 1), f"not JSON: {error}")
        return
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        report.add(FILE, 1, "not a FeatureCollection")
        return
    counted = {s.code for s in streets if s.counts}
    seen: set[str] = set()
    for feature in features:
        code = _code(feature)
        line = line_of(text, code)
        if code not in counted:
            report.add(FILE, line, f"code {code[:40]!r} is not a street or town")
        elif code in seen:
            report.add(FILE, line, f"street {code} is drawn twice")
        seen.add(code)
        if _kind(feature) not in ("Polygon", "MultiPolygon"):
            report.add(FILE, line, f"street {code[:40]!r} has no polygon")
    for code in counted - seen:
        report.add(FILE, 1, f"street {code} is not on the map")


def _code(feature: object) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return str(properties.get("code")) if isinstance(properties, dict) else ""


def _kind(feature: object) -> object:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return geometry.get("type") if isinstance(geometry, dict) else None


def line_of(text: str, code: str) -> int:
    """The line of a street's feature, 1 when it has none."""
    at = text.find(f'"{code}"') if code else -1
    return text.count("\n", 0, at) + 1 if at > 0 else 1
