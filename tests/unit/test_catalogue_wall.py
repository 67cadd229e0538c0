"""`wall.toml`: what ships is sound, and every class of fault is blamed on its own line."""

from pathlib import Path

import pytest

from data_access.catalogue.loader import Fault, cities, load_catalogue, load_catalogue_from
from domain.sign import State
from domain.wall import MODES, scene_fault
from tests.unit.broken_city import copy_city, faults_of, replace_line

FILE = "wall.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_city("pingshan", tmp_path)


@pytest.mark.parametrize("city", cities())
def test_what_ships(city: str) -> None:
    catalogue = load_catalogue(city)
    domains = {d.code for d in catalogue.domains}
    for profile in catalogue.walls:
        assert tuple(profile.modes) == MODES
        for mode in profile.modes.values():
            for scene in (*mode.scenes, mode.home):
                assert scene_fault(scene, domains, catalogue.sign) is None
        emergency = profile.modes["emergency"]
        assert (emergency.home, emergency.scenes) == ("map", ("map",))
        assert emergency.focus == (State.ALARM,) and emergency.interrupt


def test_pudong_has_the_flood_and_the_expo() -> None:
    centre, expo = load_catalogue("pudong").walls
    assert (centre.code, expo.code) == ("centre", "expo")
    assert centre.modes["special"].name.zh == "防汛防台"
    assert "sign:SAF-14" in centre.modes["special"].scenes


def test_a_city_without_the_file_shows_everything_in_turn(folder: Path) -> None:
    (folder / FILE).unlink()
    catalogue = load_catalogue_from(folder)
    (wall,) = catalogue.walls
    assert wall.modes["daily"].scenes[:2] == ("home", "map")
    assert len(wall.modes["daily"].scenes) == 2 + len(catalogue.domains)


CASES = [  # a line, what takes its place, why that is wrong
    ('scenes = ["home", "map"]', 'scenes = ["home", "moon"]', "daily.scenes: unknown scene 'moon'"),
    ('scenes = ["home", "map"]', "scenes = []", "daily.scenes: a list of 1 to 40 scenes is needed"),
    ('scenes = ["home", "map"]', 'scenes = ["a:b"]', "daily.scenes: unknown scene 'a:b'"),
    ('scenes = ["home", "map"]', "scenes = [7]", "daily.scenes: a scene is a text in quotes"),
    (
        'scenes = ["home", "map"]',
        'scenes = ["map","map"]',
        "daily.scenes: 'map' stands there twice",
    ),
    (
        'scenes = ["map", "sign:SAF-01"',
        'scenes = ["sign:SAF-99"]',
        "special.scenes: unknown sign 'SAF-99'",
    ),
    ('home = "home"', 'home = "domain:moon"', "daily.home: unknown domain 'moon'"),
    ("dwell_s = 90", "dwell_s = 1", "daily.dwell_s: 1 is outside 10 … 3600"),
    ("dwell_s = 90", "dwell_s = 1e9", "daily.dwell_s: a whole number of seconds is needed"),
    ("dwell_s = 90", "", "daily.dwell_s: missing"),
    ("idle_s = 180", "idle_s = 86400", "daily.idle_s: 86400 is outside 30 … 7200"),
    ("focus_s = 45", 'focus_s = "45"', "daily.focus_s: a whole number of seconds is needed"),
    ('focus = ["alarm"]', 'focus = ["joy"]', "emergency.focus: must be of alarm, warning: 'joy'"),
    ("interrupt = true", "interrupt = 1", "emergency.interrupt: must be true or false"),
    ('name_zh = "汛期"', 'name_zh = "Rain"', "special.name_zh: no Chinese in 'Rain'"),
    ('code = "hall"', 'code = "Hall!"', "code: 'Hall!' is not of the form"),
    ('code = "hall"', 'code = "hall"\nmayor = 1', "mayor: unknown key"),
    ('focus = ["alarm"]', 'focus = ["alarm"]\nmood = 1', "emergency.mood: unknown key"),
    ("[profiles.special]", "[profiles.spezial]", "special: a table [profiles.special] is needed"),
]


@pytest.mark.parametrize(("old", "new", "why"), CASES)
def test_a_wrong_line(folder: Path, old: str, new: str, why: str) -> None:
    line = replace_line(folder, FILE, old, new)
    blamed = [fault for fault in faults_of(folder) if fault.reason.startswith(why)]
    assert [fault.file for fault in blamed] == [FILE], faults_of(folder)
    at = {
        "daily.dwell_s: missing": 8,  # the table's own line
        "special: a table [profiles.special] is needed": 3,  # the profile's
    }.get(why, line + new.count("\n"))
    assert blamed[0].line == at


def test_an_item_of_a_list_over_several_lines(folder: Path) -> None:
    line = replace_line(
        folder, FILE, 'scenes = ["home", "map"]', 'scenes = [\n  "home",\n  "sun",\n]'
    )
    assert faults_of(folder) == [Fault(FILE, line + 2, "daily.scenes: unknown scene 'sun'")]


def test_two_profiles_of_one_name(folder: Path) -> None:
    text = (folder / FILE).read_text(encoding="utf-8")
    second = text[text.index("[[profiles]]") :]
    (folder / FILE).write_text(text + "\n" + second, encoding="utf-8")
    (fault,) = faults_of(folder)
    assert fault.reason == "code: 'hall' occurs twice"
    assert fault.line == text.count("\n") + 3


def test_what_is_no_table_of_profiles(folder: Path) -> None:
    for text, why in (
        ("profiles = 1\n", "profiles: at least one [[profiles]] table is needed"),
        ("", "profiles: at least one [[profiles]] table is needed"),
        ("[[profiles]\n", "not TOML:"),
    ):
        (folder / FILE).write_text(text, encoding="utf-8")
        (fault,) = faults_of(folder)
        assert (fault.file, fault.line) == (FILE, 1) and fault.reason.startswith(why)
