"""`publication.toml`: what a city tells the public, checked as strictly as the rest."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import read_toml, unfit
from domain.indicator import Rule
from domain.privacy import Dominance, Rates, SmallCounts
from domain.publication import (
    MEANS,
    Kind,
    Period,
    Phrase,
    Publication,
    Topic,
    Weighed,
    is_mean,
)
from domain.sign import Sign
from domain.text import Text

FILE = "publication.toml"
_KEYS = {
    "": {"version", "timing", "counts", "rates", "enterprises", "streets", "bands", "topics"}
    | {"phrases", "page", "keep", "weights"},
    "timing": {"delay_minutes", "release_after_minutes"},
    "counts": {"few", "round_to", "thin", "flows", "measures"},
    "rates": {"least", "digits", "out_of"},
    "keep": {"hours_days", "reports_days"},
    "enterprises": {"least_firms", "largest_share"},
    "streets": {"weekly", "never"},
    "page": {"warnings", "contact_zh", "contact_en"},
    "topics": {"code", "name_zh", "name_en", "signs"},
    "phrases": {"sign", "zh", "en"},
}
_CJK = re.compile(r"[\u3400-\u9fff]")
_LONGEST = 200


class _File:
    """The parsed file; every getter notes a fault and gives a harmless stand-in."""

    def __init__(self, text: str, data: dict[str, Any], signs: dict[str, Sign], report: Report):
        self._lines = text.splitlines()
        self.data = data
        self.signs = signs
        self._report = report

    def fault(self, key: str, reason: str) -> None:
        """Blame the first line that names the last part of `key`."""
        word = re.escape(key.rpartition(".")[2])
        found = (n for n, line in enumerate(self._lines, 1) if re.match(rf'[\[\s"]*{word}\b', line))
        self._report.add(FILE, next(found, 1), f"{key}: {reason}")

    def table(self, name: str) -> dict[str, Any]:
        """A table, empty when absent."""
        found = self.data.get(name, {})
        if not isinstance(found, dict):
            self.fault(name, "must be a table")
            return {}
        self.known(name, found)
        return found

    def known(self, name: str, found: dict[str, Any]) -> None:
        """Fault the keys that mean nothing here."""
        for key in found:
            if name in _KEYS and key not in _KEYS[name]:
                self.fault(f"{name}.{key}" if name else key, "unknown key")

    def tables(self, name: str) -> list[dict[str, Any]]:
        """An array of tables."""
        found = self.data.get(name, [])
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            self.fault(name, "must be an array of tables")
            return []
        for entry in found:
            self.known(name, entry)
        return found

    def number(self, name: str, key: str, least: float, most: float, default: float) -> float:
        """A number within bounds."""
        value = self.table(name).get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if least <= value <= most:
                return float(value)
        self.fault(f"{name}.{key}", f"a number in {least:g} … {most:g} is needed")
        return default

    def codes(self, key: str, value: object, public: bool = True) -> tuple[str, ...]:
        """Signs by code, each once, public ones unless told otherwise."""
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            self.fault(key, "a list of signs is needed")
            return ()
        for code in value:
            if code not in self.signs:
                self.fault(key, f"unknown sign {code[:40]!r}")
            elif public and not self.signs[code].public:
                self.fault(key, f"{code} is not public")
        if len(set(value)) < len(value):
            self.fault(key, "a sign stands twice")
        return tuple(value)

    def both(self, key: str, table: dict[str, Any]) -> Text:
        """A text under one key a language: `page.contact_{}`."""
        name = key.rpartition(".")[2]
        zh, en = (
            self.text(key.format(lang), table.get(name.format(lang)), lang == "zh")
            for lang in ("zh", "en")
        )
        return Text(zh=zh, en=en)

    def text(self, key: str, value: object, chinese: bool) -> str:
        """A text of one line: Chinese holds Chinese, English none."""
        if not isinstance(value, str) or not value.strip() or unfit(value):
            self.fault(key, "a text of one line is needed")
            return ""
        if len(value) > _LONGEST or bool(_CJK.search(value)) is not chinese:
            self.fault(key, f"{'Chinese' if chinese else 'English'}, at most {_LONGEST} characters")
        return value


def read_publication(folder: Path, signs: Collection[Sign], report: Report) -> Publication | None:
    """The rules of a folder; None when it has no such file: then nothing is published."""
    if not (folder / FILE).exists():
        return None
    text, data = read_toml(folder / FILE, FILE, report)
    if text is None or data is None:
        return None
    return _rules(_File(text, data, {s.code: s for s in signs}, report))


def _rules(file: _File) -> Publication:
    file.known("", file.data)
    version = file.data.get("version")
    if not isinstance(version, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)*", version):
        file.fault("version", "digits in quotes are needed")
        version = "0"
    counts, streets, page = file.table("counts"), file.table("streets"), file.table("page")
    rules = Publication(
        version=version,
        delay_min=int(file.number("timing", "delay_minutes", 0, 1440, 60)),
        close_min=int(file.number("timing", "release_after_minutes", 1, 1440, 90)),
        counts=_counts(file),
        rates=Rates(
            int(file.number("rates", "least", 5, 1_000_000, 30)),
            int(file.number("rates", "digits", 0, 2, 0)),
        ),
        firms=Dominance(
            int(file.number("enterprises", "least_firms", 3, 100, 3)),
            file.number("enterprises", "largest_share", 0.3, 0.9, 0.7),
        ),
        out_of=_out_of(file),
        weights=_weights(file),
        # the last seven days may still be closed again: what is pruned must lie behind them
        keep_hours_days=int(file.number("keep", "hours_days", 8, 3_660, 14)),
        keep_reports_days=int(file.number("keep", "reports_days", 30, 3_660, 730)),
        flows=frozenset(file.codes("counts.flows", counts.get("flows", []))),
        measures=frozenset(file.codes("counts.measures", counts.get("measures", []))),
        weekly=frozenset(file.codes("streets.weekly", streets.get("weekly", []))),
        never=frozenset(file.codes("streets.never", streets.get("never", []))),
        bands=_bands(file),
        topics=tuple(_topic(file, entry) for entry in file.tables("topics")),
        phrases=tuple(_phrase(file, entry) for entry in file.tables("phrases")),
        warnings=file.codes("page.warnings", page.get("warnings", [])),
        contact=file.both("page.contact_{}", page),
    )
    if rules.close_min < rules.delay_min:
        file.fault("timing.release_after_minutes", "not before a present value: delay_minutes")
    _check_kinds(file, rules)
    return rules


def _counts(file: _File) -> SmallCounts:
    whole = [
        int(file.number("counts", key, 0, 1000, default))
        for key, default in (("few", 4), ("round_to", 5), ("thin", 12))
    ]
    try:
        return SmallCounts(*whole)
    except ValueError as fault:
        file.fault("counts", str(fault))
        return SmallCounts()


def _out_of(file: _File) -> dict[str, float]:
    table = file.table("rates").get("out_of", {})
    if not isinstance(table, dict):
        file.fault("rates.out_of", "must be a table: sign = what its rate counts out of")
        return {}
    file.codes("rates.out_of", list(table))
    for code, whole in table.items():
        if type(whole) not in (int, float) or not 1 <= whole <= 1_000_000:
            file.fault(f"rates.out_of.{code}", "a number in 1 … 1000000 is needed")
    return {
        code: float(w) for code, w in table.items() if type(w) in (int, float) and 1 <= w <= 1e6
    }


def _weights(file: _File) -> dict[str, Weighed]:
    """What each weight counts: people make a rate of a mean, so it has to be said."""
    table = file.table("weights")
    file.codes("weights", list(table), public=False)
    known = [kind.value for kind in Weighed]
    for code, counted in table.items():
        sign = file.signs.get(code)
        if counted not in known:
            file.fault(f"weights.{code}", f"one of {', '.join(known)} is needed")
        elif sign is not None and not is_mean(sign):
            file.fault(f"weights.{code}", "is neither a weighted mean nor a ratio")
    for code, sign in file.signs.items():
        weighted = Rule.WEIGHTED in (sign.street_rule, sign.rule)
        if weighted and code not in table:
            by = sign.denominator.en or "something"
            reason = f"{code} is weighted by {by}: say what that counts ({', '.join(known)})"
            file.fault("weights", reason)
    return {code: Weighed(counted) for code, counted in table.items() if counted in known}


def _bands(file: _File) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    table = file.table("bands")
    file.codes("bands", list(table), public=False)
    for code, edges in table.items():
        numbers = isinstance(edges, list) and all(
            type(e) in (int, float) and 0 <= e <= 1e12 for e in edges
        )
        if not numbers or len(edges) < 2 or edges[0] != 0 or sorted(set(edges)) != edges:
            file.fault(f"bands.{code}", "ascending edges from 0 are needed")
        else:
            found[code] = tuple(float(edge) for edge in edges)
    return found


def _topic(file: _File, entry: dict[str, Any]) -> Topic:
    code = entry.get("code")
    if not isinstance(code, str) or not re.fullmatch(r"[a-z][a-z0-9-]{0,23}", code):
        file.fault("topics.code", "a short name in small letters is needed")
        code = "topic"
    signs = file.codes("topics.signs", entry.get("signs", []))
    if not signs:
        file.fault("topics.signs", "at least one sign is needed")
    return Topic(
        code,
        file.both("topics.name_{}", entry),
        signs,
    )


def _phrase(file: _File, entry: dict[str, Any]) -> Phrase:
    (sign,) = file.codes("phrases.sign", [entry.get("sign", "")]) or ("",)
    return Phrase(sign, file.both("phrases.{}", entry))


def _check_kinds(file: _File, rules: Publication) -> None:
    """What only makes sense for counts is said of counts alone."""
    counts = {c for c, s in file.signs.items() if s.public and rules.kind(s) is Kind.COUNT}
    for code in sorted(c for c in counts if file.signs[c].adds_up):
        # a count is told by the last value of its day, which here is that of an interval
        file.fault("counts.measures", f"{code} tells amounts of intervals: it is no count of a day")
    for name, codes in (("counts.flows", rules.flows), ("streets.weekly", rules.weekly)):
        for code in sorted(codes - counts):
            if code in file.signs:
                file.fault(name, f"{code} is not a count")
    for code, sign in file.signs.items():
        if rules.kind(sign) is not Kind.RATE:
            continue
        ratio = Rule.RATIO in (sign.street_rule, sign.rule)
        if ratio and rules.street_period(sign) is Period.DAY and rules.whole(sign) is None:
            reason = f"{code} is a rate in {sign.measured_in.zh!r}: say what it counts out of"
            file.fault("rates.out_of", reason)
        if sign.public and sign.at_street and sign.rule not in (*MEANS, Rule.NA):
            rule = sign.rule.value
            reason = f"{code} stands on people, and the {rule} of its streets tells on one of them"
            file.fault("weights", reason)
    for code in sorted(rules.weekly - rules.flows):
        file.fault("streets.weekly", f"{code} does not add up over days: it is no flow")
