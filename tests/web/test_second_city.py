"""Every desk page of a city with kinds, units and clocks of its own, asked in this process."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data_access.catalogue import loader
from data_access.settings import Settings
from domain.actor import Role
from domain.catalogue import Catalogue
from tests.clocks import FixedClock
from tests.second_city import BOROUGHS, CITY, PARK, write_city
from tests.web.light_nodes import words
from tests.web.moments import publish
from tests.web.site import Site, Visitor


@pytest.fixture
def lakeside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue]:
    write_city(tmp_path / "cities")
    monkeypatch.setattr(loader, "FOLDER", tmp_path / "cities")
    loader.load_catalogue.cache_clear()
    yield loader.load_catalogue(CITY)
    loader.load_catalogue.cache_clear()


@pytest.fixture
def site(
    lakeside: Catalogue, tmp_path: Path, sqlite_template: Path, clock: FixedClock
) -> Iterator[Site]:
    settings = Settings(data_dir=tmp_path / "web", demo=False, city=CITY)
    settings.data_dir.mkdir(parents=True)
    shutil.copy(sqlite_template, settings.db_url.removeprefix("sqlite:///"))
    made = Site(settings, clock)
    yield made
    made.close()


def asked(visitor: Visitor, page: str, **question: Any) -> str:
    got = visitor.callback(f"{page}-answer.data", {f"{page}-question.data": question})
    assert got.status_code == 200, (page, got.text[:300])
    return words(got.json["response"])


def test_every_page_answers(site: Site) -> None:
    publish(site, {})
    leader = site.person(Role.LEADER)
    for lang in ("zh", "en"):
        for page, question in (
            *(("signs", {}), ("sign", {"code": "LAND-01"}), ("street", {"code": BOROUGHS[0]})),
            *(("street", {"code": PARK}), ("rankings", {}), ("rankings", {"of": "parks"})),
            *(("rankings", {"of": "departments"}), ("department", {"code": "parks"})),
            *(("episodes", {}), ("sources", {}), ("sign", {"code": "LAND-03"})),
        ):
            assert asked(leader, page, lang=lang, **question), page


def test_its_kinds_are_called_what_it_calls_them(site: Site) -> None:
    publish(site, {})
    leader = site.person(Role.LEADER)
    listed = asked(leader, "streets", lang="en")
    assert "Borough" in listed and "Park strip" in listed
    assert "own" not in listed.replace("known", "") and "pecial area" not in listed, listed
    assert "自治镇区" in asked(leader, "street", code=BOROUGHS[1])
    ranked = asked(leader, "rankings", lang="en")
    assert "Boroughs" in ranked and "Park strips" in ranked
    assert "overlie" in asked(leader, "rankings", of="parks", lang="en")
    assert asked(leader, "streets", kind="park", lang="en").count("Northshore") < listed.count(
        "Northshore"
    )


def test_times_are_those_of_its_clocks(site: Site, lakeside: Catalogue) -> None:
    publish(site, {})
    leader = site.person(Role.LEADER)
    newest = site.clock.ms - 1000  # as published
    shown = lakeside.zone.local(newest).strftime("%m-%d %H:%M:%S")
    assert shown == "11-22 19:59:59"
    assert shown in asked(leader, "signs")
