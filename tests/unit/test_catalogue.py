"""The catalogues that ship: what they hold, and that no code knows them."""

import re
from collections import Counter
from pathlib import Path

import pytest

from data_access.catalogue.loader import (
    FOLDER,
    CatalogueError,
    cities,
    load_aqi,
    load_catalogue,
    load_catalogue_from,
)
from data_access.commands import lint
from domain.catalogue import Catalogue
from domain.indicator import Direction, Rule
from domain.sign import DERIVED_RULES
from tests.unit.broken_city import copy_city, set_cell

ROOT = Path(__file__).resolve().parents[2]
CODE = ("domain", "engine", "data_access", "dashboard", "pages", "callbacks", "assets")


@pytest.fixture(scope="module", params=cities())
def city(request: pytest.FixtureRequest) -> Catalogue:
    return load_catalogue(request.param)


def test_pudong_holds_what_the_speech_counts(catalogue: Catalogue) -> None:
    assert len(catalogue.signs) == 117
    assert len(catalogue.industries) == 104
    assert len(catalogue.scenarios) == 57
    assert Counter(s.kind for s in catalogue.streets) == {"street": 12, "town": 24, "area": 3}
    assert len(catalogue.committees) == 1520
    assert catalogue.code == "310115"


def test_pudong_signs_by_domain_goal_and_direction(catalogue: Catalogue) -> None:
    assert Counter(s.domain for s in catalogue.signs) == {
        "facilities": 20,
        "operations": 20,
        "environment": 21,
        "traffic": 20,
        "safety": 21,
        "enforcement": 15,
    }
    assert Counter(s.direction for s in catalogue.signs) == {
        Direction.HIGHER_WORSE: 87,
        Direction.LOWER_WORSE: 25,
        Direction.BAND: 5,
    }
    assert sum(s.public for s in catalogue.signs) == 86
    assert {g.name.zh for g in catalogue.goals} == {"更有序", "更安全", "更干净"}


def test_pingshan_holds_its_open_data() -> None:
    small = load_catalogue("pingshan")
    assert (len(small.counted), len(small.committees)) == (6, 23)
    assert len(small.signs) == 12
    assert [s.short.zh for s in small.streets] == ["坪山", "马峦", "碧岭", "石井", "坑梓", "龙田"]


def test_codes_are_unique_within_their_kind(city: Catalogue) -> None:
    kinds = (city.signs, city.streets, city.committees, city.departments, city.sources)
    for kind in (*kinds, city.industries, city.scenarios, city.domains, city.goals):
        codes = [one.code for one in kind]
        assert len(codes) == len(set(codes))


def test_every_reference_leads_somewhere(city: Catalogue) -> None:
    domains, goals = {d.code for d in city.domains}, {g.code for g in city.goals}
    for sign in city.signs:
        assert sign.domain in domains
        assert sign.goal in goals
        assert {sign.department, *sign.co_departments} <= city.department.keys()
        assert sign.source in city.source
        assert {code for _, code in sign.derived_from} <= city.sign.keys()
    for entry in (*city.industries, *city.scenarios):
        assert {entry.department, *entry.co_departments} <= city.department.keys()
    assert {c.street for c in city.committees} == {s.code for s in city.counted}
    assert domains == {s.domain for s in city.signs}, "a domain without a sign is an empty panel"


def test_units_are_written_as_they_are_shown(city: Catalogue) -> None:
    for sign in city.signs:
        assert not re.search(
            r"ug|m[23]\b|m[23]/|^C$|^-$", sign.measured_in.zh + " " + sign.measured_in.en
        )


def test_what_is_counted_has_a_singular_and_a_basis_in_both_languages(city: Catalogue) -> None:
    for sign in city.signs:
        counted = re.match(r"[a-z]{3,}s(?=$|/)|people", sign.measured_in.en)
        assert bool(counted) == bool(sign.measured_in_one.en), sign.code
        assert sign.basis.zh and sign.basis.en, sign.code
    sign = next(s for s in city.signs if s.measured_in_one.en and not s.decimals)
    assert sign.unit_beside(1, "en") == sign.measured_in_one.en != sign.unit_beside(0, "en")
    assert (
        sign.unit_beside(None, "en") == sign.measured_in.en
        and sign.unit_beside(1, "zh") == sign.measured_in.zh
    )


def test_short_names_fit_the_wall(city: Catalogue) -> None:
    assert max(len(s.short.zh) for s in city.signs) <= 7
    assert max(len(s.short.en) for s in city.signs) <= 16


def test_typical_values_survive_rounding_as_normal(city: Catalogue) -> None:
    for sign in city.signs:
        shown = round(sign.typical, sign.decimals)
        cuts = sign.thresholds_on("2026-01-01").attention
        assert cuts.high is None or shown < cuts.high
        assert cuts.low is None or shown > cuts.low


def test_thresholds_can_be_shown_with_the_decimals_of_the_sign(city: Catalogue) -> None:
    for sign in city.signs:
        for cuts in sign.thresholds:
            for bounds in (cuts.attention, cuts.warning, cuts.alarm):
                for edge in (bounds.low, bounds.high):
                    assert edge is None or round(edge, sign.decimals) == edge, sign.code


def test_only_noisy_signs_wait_before_they_worsen(catalogue: Catalogue) -> None:
    waiting = [s for s in catalogue.signs if s.raise_after_s]
    assert len(waiting) == 8
    assert all("raised only after" in s.basis.en and "才升级" in s.basis.zh for s in waiting)


def test_wall_trends_are_the_four_call_numbers(catalogue: Catalogue) -> None:
    drawn = [s.name.zh[:3] for s in catalogue.signs if s.wall_trend]
    assert drawn == ["123", "110", "119", "120"]


def test_levels_have_names_in_both_languages(catalogue: Catalogue) -> None:
    (sign,) = (s for s in catalogue.signs if s.value_labels)
    assert [level.zh for level in sign.value_labels] == ["无", "蓝色", "黄色", "橙色", "红色"]
    assert [level.en for level in sign.value_labels] == ["none", "blue", "yellow", "orange", "red"]


def test_signs_without_a_street_value(catalogue: Catalogue) -> None:
    assert sum(s.street_rule is Rule.NA for s in catalogue.signs) == 14
    assert sum(not s.at_street for s in catalogue.signs) == 21


def test_the_air_quality_index_is_derived_from_four_concentrations(catalogue: Catalogue) -> None:
    (sign,) = (s for s in catalogue.signs if s.derived)
    assert sign.derived in DERIVED_RULES
    assert [role for role, _ in sign.derived_from] == ["pm25", "pm10", "o3", "no2"]


def test_air_quality_breakpoints() -> None:
    scales = load_aqi()
    assert scales["pm25"].points[:3] == ((0, 0), (35, 50), (75, 100))
    assert scales["o3"].points[-1] == (1200, 500)
    assert scales["so2"].points[-1] == (800, 200), "above it the standard uses the daily mean"


def test_shares_of_streets_add_up(city: Catalogue) -> None:
    for rule in city.scaling:
        shares = [city.share(s.code, rule) for s in city.counted]
        assert sum(x for x in shares if x is not None) == pytest.approx(1.0)
    assert city.share(city.streets[0].code, "same") is None


def test_a_special_area_is_shared_by_its_jobs(catalogue: Catalogue) -> None:
    area = next(s for s in catalogue.streets if not s.counts)
    jobs = sum(s.employment or 0 for s in catalogue.counted)
    assert catalogue.share(area.code, "scale_population") == (area.employment or 0) / jobs


def test_departments_are_a_clean_list(catalogue: Catalogue) -> None:
    district = [d for d in catalogue.departments if d.kind == "district"]
    assert 25 <= len(district) <= 35
    assert {s.department for s in catalogue.signs} >= {"env", "transport", "police", "ops-centre"}


def test_the_version_follows_every_file(tmp_path: Path) -> None:
    folder = copy_city("pingshan", tmp_path)
    before = load_catalogue_from(folder).version
    assert before == load_catalogue("pingshan").version
    assert before.startswith("2018.1+")
    set_cell(folder, "departments.csv", "streets", "name_en", "Subdistricts")
    assert load_catalogue_from(folder).version != before


def test_an_unknown_city_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CatalogueError, match=r"no such city; known: pingshan, pudong"):
        load_catalogue("atlantis")


def test_lint_counts_what_it_finds(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.main(FOLDER / "pudong") == 0
    printed = capsys.readouterr().out
    assert "117 signs" in printed
    assert "1,520 committees" in printed


def test_lint_prints_file_line_and_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy_city("pingshan", tmp_path)
    line = set_cell(folder, "sources.csv", "air-stations", "department", "nobody")
    assert lint.main(folder) == 1
    printed = capsys.readouterr().out
    assert f"{folder}/sources.csv:{line}: department: unknown department 'nobody'" in printed
    assert "1 fault(s)" in printed


def test_lint_looks_into_the_mappings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy_city("pingshan", tmp_path)
    (folder / "mappings").mkdir(exist_ok=True)
    text = '[source]\ncode = "x"\n[time]\ncolumn = "t"\n[[reading]]\nsign = "NO-01"\nvalue = 1\n'
    (folder / "mappings" / "wrong.toml").write_text(text, encoding="utf-8")
    assert lint.main(folder) == 1
    assert f"{folder}/mappings/wrong.toml:6: reading.sign: no sign 'NO-01'" in (
        capsys.readouterr().out
    )


def test_lint_of_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.main(tmp_path / "nowhere") == 1
    assert "not a folder" in capsys.readouterr().err


def test_no_code_knows_a_sign_or_a_street() -> None:
    names = set()
    for city in map(load_catalogue, cities()):
        names |= {s.code for s in city.signs} | {s.code for s in city.streets} | {city.code}
    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(names)))
    guilty = []
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".js", ".css") and (
                found := pattern.search(path.read_text())
            ):
                guilty.append(f"{path.relative_to(ROOT)}: {found[0]}")
    assert guilty == []
