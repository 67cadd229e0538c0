"""Real series beside the simulator: on the replay's clock, and moving what depends on them."""

from pathlib import Path

import pytest

from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS
from engine.demo.backlog import newest
from engine.demo.behaviour_files import load_behaviour
from engine.demo.city import city_readings
from engine.demo.process import build_city
from engine.demo.real import real_files, real_input, replay_arguments, replay_sources
from tests.unit.demo_city import START

HEADER = (
    "No,year,month,day,hour,season,PM_Jingan,PM_US Post,PM_Xuhui,"
    "DEWP,HUMI,PRES,TEMP,cbwd,Iws,precipitation,Iprec"
)
FILE = "shanghai-air-weather/ShanghaiPM20130129_20151231_3stations.csv"
# START is 2026-11-23 10:00 in Pudong: the last whole year of the file tells of the same hour.


def _row(day: int, hour: int, temperature: str, rain: str, particles: tuple[str, str, str]) -> str:
    stations = ",".join(particles)
    return f"1,2014,11,{day},{hour},4,{stations},3,70,1022,{temperature},SE,73,{rain},0"


@pytest.fixture
def real(tmp_path: Path) -> Settings:
    """Public data of a made-up year with a downpour on November 23rd at ten."""
    rows = ["1,2014,1,1,0,4,50,50,50,3,70,1022,5,SE,73,0,0"]
    for day in (22, 23):
        for hour in range(24):
            wet = "30" if (day, hour) == (23, 10) else "0"
            rows.append(_row(day, hour, str(hour), wet, ("40", "NA", "60")))
    rows.append("1,2014,12,31,23,4,50,50,50,3,70,1022,5,SE,73,0,0")
    path = tmp_path / FILE
    path.parent.mkdir()
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return Settings(data_dir=tmp_path / "var", demo_data=tmp_path)


def test_the_weather_is_that_of_the_same_hour(real: Settings, catalogue: Catalogue) -> None:
    behaviour = load_behaviour(catalogue)
    _, weather = real_input(real_files(real, catalogue, behaviour), catalogue, behaviour)
    assert weather.at("temperature", START) == 10.0
    assert weather.at("temperature", START + HOUR_MS // 4) == 10.25
    assert weather.at("rain", START) == 30.0
    assert weather.at("rain", START - HOUR_MS) == 0.0
    assert weather.at("haze", START) == pytest.approx(50 / 91)  # the mean of those that report
    assert weather.at("gust", START) is None
    assert weather.at("rain", START + 3 * DAY_MS) is None  # a gap


def test_its_signs_are_left_to_the_replay_and_move_the_others(
    real: Settings, catalogue: Catalogue
) -> None:
    city = build_city(real, catalogue)
    told = {r["sign"] for r in city_readings(city, START, START + HOUR_MS // 4)}
    assert not told & {"ENV-02", "SAF-14", "SAF-18"}
    assert "SAF-17" in told
    deep = max(city.row(city.signs["FAC-13"], START + 15 * 60_000))
    assert deep > 10
    assert max(city.row(city.signs["FAC-13"], START - 3 * HOUR_MS)) < 1


def test_the_replay_is_told_the_file_and_its_mapping(real: Settings) -> None:
    assert replay_arguments(real) == [[str(real.demo_data / FILE), "--as", "shanghai-air-2013"]]
    assert replay_sources(real) == {"shanghai-air-2013-replay"}


def test_where_the_folder_is_absent_all_is_simulated_and_it_says_so(
    settings: Settings, catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    away = settings.model_copy(update={"demo_data": settings.data_dir / "nowhere"})
    with caplog.at_level("INFO"):
        assert replay_arguments(away) == []
        city = build_city(away, catalogue)
    assert "is not there: its signs are simulated" in caplog.text
    told = {r["sign"] for r in newest(city, START)}
    assert {"SAF-14", "SAF-18", "ENV-02"} <= told


def test_a_damaged_file_counts_as_absent(
    real: Settings, catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    (real.demo_data / FILE).write_text("not,what,was\nexpected,here,1\n")
    city = build_city(real, catalogue)
    assert "its signs are simulated" in caplog.text
    told = {r["sign"] for r in newest(city, START)}
    assert {"SAF-14", "SAF-18", "ENV-02"} <= told
