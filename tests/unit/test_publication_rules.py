"""The rules of publication as data: read strictly, told to machines, never wider than the signs."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from data_access.catalogue.loader import load_catalogue_from
from domain.catalogue import Catalogue
from domain.clock import DAY_MS
from domain.indicator import Rule
from domain.publication import Kind, Period, Publication, manifest, week_days, week_start
from domain.zone import Zone
from tests.unit.broken_city import copy_city, faults_of, read_table, set_cell, write_table

FILE = "publication.toml"


@pytest.fixture
def rules(catalogue: Catalogue) -> Publication:
    assert catalogue.publication is not None
    return catalogue.publication


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("few = 4", "few = 2", "few: 3 or more"),
        ("round_to = 5", "round_to = 50", "few: 3 or more"),
        ("delay_minutes = 60", "delay_minutes = -1", "a number in 0 … 1440"),
        ("delay_minutes = 60", "delai = 60", "unknown key"),
        ('"REQ-08"]\n\n[rates]', '"REQ-99"]\n\n[rates]', "unknown sign 'REQ-99'"),
        ('weekly = ["REQ-06"', 'weekly = ["ENV-01"', "ENV-01 is not a count"),
        ('flows = ["REQ-01", "REQ-03", ', 'flows = ["REQ-01", "REQ-01", ', "a sign stands twice"),
        ('signs = ["ENV-01"]', "signs = []", "at least one sign"),
        ('name_zh = "空气"', 'name_zh = "Air"', "Chinese"),
        ('version = "1"', "version = 1", "digits in quotes"),
        ("[page]", "[page", "not TOML"),
        ("largest_share = 0.7", "largest_share = 1.5", "a number in 0.3 … 0.9"),
        ("hours_days = 14", "hours_days = 7", "a number in 8 … 3660"),
        ("delay_minutes = 60", "delay_minutes = 91", "not before a present value"),
        ("[enterprises]", '[weights]\n"ENV-01" = "things"\n[enterprises]', "neither a weighted"),
        ("[enterprises]", '[weights]\n"REQ-02" = "hours"\n[enterprises]', "one of people, cases"),
        ("[enterprises]", '[weights]\n"REQ-99" = "things"\n[enterprises]', "unknown sign"),
        ("digits = 0", "digits = 0\nout_of = 100", "out_of: must be a table"),
        ("digits = 0", 'digits = 0\nout_of = { "REQ-99" = 1000 }', "unknown sign 'REQ-99'"),
        ("digits = 0", 'digits = 0\nout_of = { "REQ-02" = 0 }', "a number in 1 … 1000000"),
    ],
)
def test_a_broken_rule_is_refused_with_its_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    folder = copy_city("pingshan", tmp_path)
    text = (folder / FILE).read_text(encoding="utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(f.file == FILE and reason in f.reason for f in faults_of(folder))


def test_a_sign_that_is_not_public_has_no_place_on_the_page(tmp_path: Path) -> None:
    folder = copy_city("pudong", tmp_path)
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(text.replace('["TRA-02", "TRA-01"', '["TRA-11", "TRA-01"', 1))
    assert [f.reason for f in faults_of(folder)] == ["topics.signs: TRA-11 is not public"]


def test_a_rate_of_streets_says_what_it_counts_out_of(tmp_path: Path) -> None:
    folder = copy_city("pingshan", tmp_path)
    signs, rules = folder / "vital_signs.csv", folder / FILE
    lines = signs.read_text(encoding="utf-8").split("\n")
    row = next(n for n, line in enumerate(lines) if line.startswith("REQ-02,"))
    lines[row] = lines[row].replace(",%,%,", ",件,cases,", 1)
    signs.write_text("\n".join(lines), encoding="utf-8")
    assert [f.reason for f in faults_of(folder)] == [
        "rates.out_of: REQ-02 is a rate in '件': say what it counts out of"
    ]
    text = rules.read_text(encoding="utf-8")
    told = text.replace("digits = 0", 'digits = 0\nout_of = { "REQ-02" = 10000 }', 1)
    rules.write_text(told, encoding="utf-8")
    city = load_catalogue_from(folder)
    assert city.publication and city.publication.whole(city.sign["REQ-02"]) == 10_000


def test_every_weighted_sign_is_decided_of_people_or_of_things(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    weighted = {s.code for s in catalogue.signs if Rule.WEIGHTED in (s.street_rule, s.rule)}
    folder = copy_city("pudong", tmp_path)
    text = (folder / FILE).read_text(encoding="utf-8")
    for code in sorted(weighted):
        (folder / FILE).write_text(re.sub(rf'^"{code}" = .*$', "", text, flags=re.M))
        (fault,) = faults_of(folder)
        assert fault.reason.startswith(f"weights: {code} is weighted by ")


def test_a_new_weighted_sign_needs_a_decision(tmp_path: Path) -> None:
    folder = copy_city("pingshan", tmp_path)
    table = read_table(folder / "vital_signs.csv")
    row = next(row for row in table if row[0] == "REQ-02")
    for n, cell in enumerate(row):
        row[n] = "weighted" if cell == "ratio" else cell
    write_table(folder / "vital_signs.csv", table)
    (fault,) = faults_of(folder)
    assert "REQ-02 is weighted by closed requests: say what that counts" in fault.reason
    text = (folder / FILE).read_text(encoding="utf-8")
    for counted, kind in (("cases", Kind.RATE), ("length", Kind.MEASURE)):
        told = text.replace("[keep]", f'[weights]\n"REQ-02" = "{counted}"\n\n[keep]', 1)
        (folder / FILE).write_text(told, encoding="utf-8")
        city = load_catalogue_from(folder)
        assert city.publication and city.publication.kind(city.sign["REQ-02"]) is kind


def test_a_mean_over_people_is_a_rate_and_one_over_road_length_is_not(
    catalogue: Catalogue, rules: Publication
) -> None:
    kinds = {code: rules.kind(catalogue.sign[code]) for code in ("SAF-11", "OPS-14", "TRA-01")}
    assert kinds == {"SAF-11": Kind.RATE, "OPS-14": Kind.RATE, "TRA-01": Kind.MEASURE}
    undecided = replace(rules, weights={})
    assert undecided.kind(catalogue.sign["TRA-01"]) is Kind.RATE


def test_a_rate_that_picks_one_of_its_streets_is_refused(tmp_path: Path) -> None:
    folder = copy_city("pudong", tmp_path)
    set_cell(folder, "vital_signs.csv", "SAF-11", "district_rule", "max")
    assert [f.reason for f in faults_of(folder)] == [
        "weights: SAF-11 stands on people, and the max of its streets tells on one of them"
    ]


def test_without_rules_a_city_publishes_nothing(tmp_path: Path) -> None:
    folder = copy_city("pingshan", tmp_path)
    (folder / FILE).unlink()
    assert load_catalogue_from(folder).publication is None


def test_counts_of_people_and_events_are_never_told_of_a_street_at_present(
    catalogue: Catalogue, rules: Publication
) -> None:
    kinds = {kind: 0 for kind in Kind}
    for sign in catalogue.signs:
        kinds[rules.kind(sign)] += sign.public
        period = rules.street_period(sign)
        if not sign.public:
            assert period is Period.NEVER and not rules.is_live(sign)
        elif rules.kind(sign) is not Kind.MEASURE:
            assert period is not Period.PRESENT
    assert min(kinds.values()) > 0


def test_the_manifest_has_an_entry_for_every_sign_and_says_what_is_left_out(
    catalogue: Catalogue, rules: Publication
) -> None:
    told = manifest(rules, catalogue.signs, catalogue.version)
    entries = {entry["code"]: entry for entry in told["signs"]}
    assert list(entries) == [s.code for s in catalogue.signs]
    for sign in catalogue.signs:
        banded = sign.code in rules.bands
        expected = "daily band" if banded else "yes" if sign.public else "no"
        assert entries[sign.code]["published"] == expected
    assert told["small_counts"]["suppressed"] == [1, rules.counts.few]
    assert entries["SAF-11"]["kind"] == "rate" and entries["SAF-11"]["weight_counts"] == "people"
    assert told["totals"]["days_between_different_sets_of_streets"] == 1
    shares = [
        e["out_of"] for e in told["signs"] if e["code"] not in rules.out_of and e.get("out_of")
    ]
    assert shares and all(type(whole) is int for whole in shares)  # 100.0 is another manifest


def test_a_week_begins_on_monday_at_local_midnight() -> None:
    zone = Zone.named("Asia/Shanghai")
    monday = 1_795_363_200_000  # 2026-11-23T00:00+08:00
    start = week_start(monday + 3 * DAY_MS, zone)
    assert start == monday
    for hours in range(0, 7 * 24, 5):
        assert week_start(start + hours * 3_600_000, zone) == start
    assert week_start(start - 1, zone) == start - 7 * DAY_MS
    assert week_days(start, zone) == [start + n * DAY_MS for n in range(7)]


def test_a_week_in_which_clocks_change_has_seven_local_days() -> None:
    zone = Zone.named("America/Chicago")
    for date, hours in (("2025-03-09", 167), ("2025-11-02", 169)):  # both are Sundays
        start = week_start(zone.date_start(date), zone)
        days = week_days(start, zone)
        assert days[-1] == zone.date_start(date) and zone.local(start).strftime("%a %H") == "Mon 00"
        assert zone.next_day(days[-1]) - start == hours * 3_600_000
        assert week_start(zone.next_day(days[-1]) - 1, zone) == start
