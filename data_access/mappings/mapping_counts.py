"""[[count]]: rows that are counted instead of read one by one."""

from data_access.mappings.mapping_file import Section
from data_access.mappings.mapping_parts import Parts
from data_access.mappings.mapping_spec import CountSpec, StreetSpec
from domain.indicator import Rule

_PER, _ZEROS = ("hour", "day"), ("seen", "span")


class Counts:
    """Reads the counts of a mapping; `street` is where its rows belong."""

    def __init__(self, parts: Parts, street: StreetSpec) -> None:
        self._parts = parts
        self._street = street

    def count(self, section: Section) -> CountSpec:
        """One [[count]]."""
        mean, total = section.text("mean"), section.text("sum")
        of = self._parts.where(section, "of")
        measures = [mean is not None, total is not None, section.has("of")]
        if sum(measures) > 1:
            section.fault("", "only one of mean, sum and of")
        measure = next(
            (m for m, is_it in zip(("mean", "sum", "share"), measures, strict=True) if is_it),
            "count",
        )
        factor = section.number("factor")
        if factor is not None and measure not in ("mean", "sum"):
            section.fault("factor", "only beside mean or sum")
        if factor == 0:
            section.fault("factor", "0 would lose the value")
        per = section.choice("per", _PER)
        if per is None:
            section.fault("per", f"one of {', '.join(_PER)} is needed")
        signs = self._parts.signs(section, self._street, factor is not None)
        by_column = self._street.column is not None
        spec = CountSpec(
            per=per or "day",
            measure=measure,
            column=mean or total,
            factor=1.0 if factor is None else factor,
            where=self._parts.where(section, "where"),
            of=of,
            signs=signs,
            point=self._parts.point(section),
            point_column=section.text("point_column"),
            total=section.flag("total", default=True) and by_column,
            zeros=section.choice("zeros", _ZEROS),
        )
        self._check(section, spec)
        section.done()
        return spec

    def _check(self, section: Section, spec: CountSpec) -> None:
        if spec.zeros and spec.measure in ("mean", "share"):
            section.fault("zeros", f"a {spec.measure} of no rows is no 0")
        if spec.zeros and spec.point_column is not None:
            section.fault("zeros", "not beside point_column: nobody knows the points without rows")
        if spec.zeros and spec.signs.column is not None and not spec.signs.lookup:
            section.fault("zeros", "needs a sign_lookup: which signs would be 0?")
        codes = [spec.signs.sign] if spec.signs.sign else sorted(set(spec.signs.lookup.values()))
        for code in codes:
            sign = self._parts.catalogue.sign.get(code)
            if sign is None:
                continue
            rules = {sign.street_rule, sign.rule}
            if spec.measure == "share" and Rule.RATIO not in rules:
                section.fault("of", f"{code} does not add up as a ratio")
            if spec.measure == "mean" and Rule.WEIGHTED not in rules:
                section.fault("mean", f"{code} does not add up as a weighted mean")
