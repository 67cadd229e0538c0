"""The public site as files: whole, true to what is served, and linked without a server."""

import json
import re
from pathlib import Path

import pytest

from dashboard.public_site.export import export, write
from data_access.settings import Settings
from domain.catalogue import Catalogue
from tests.clocks import FixedClock
from tests.web.public_city import open_site


def test_every_link_of_every_page_leads_to_a_file(
    house: Settings, catalogue: Catalogue, tmp_path: Path
) -> None:
    site = open_site(house, catalogue, FixedClock().ms)
    count = write(site, catalogue, tmp_path)
    site.close()
    pages = sorted(tmp_path.glob("*.html"))
    told = sum(s.public for s in catalogue.signs)
    assert len(pages) == 4 * (2 + len(catalogue.streets) + told)
    assert count == sum(1 for p in tmp_path.rglob("*") if p.is_file()) - 1
    broken = set()
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "<script" not in html and "<form" not in html
        for link in set(re.findall(r'(?:href|src)="([^"#]+)', html)):
            if not (tmp_path / link).is_file():
                broken.add((page.name, link))
    assert not broken
    described = json.loads((tmp_path / "data" / "datasets.json").read_text())
    urls = [d["downloadURL"] for s in described["dataset"] for d in s["distribution"]]
    assert urls and all((tmp_path / "data" / url).is_file() for url in urls)
    assert json.loads((tmp_path / "data" / "openapi.json").read_text())["servers"]


def test_a_folder_of_somebody_else_is_left_alone(
    house: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    assert export(house, tmp_path) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]
    assert "not empty" in capsys.readouterr().err
