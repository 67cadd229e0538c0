"""docs/catalogue.md names every column, key and limit of every file of a city, and no other."""

import re
from pathlib import Path

import pytest

from data_access.catalogue import publication
from data_access.catalogue.files import MAPPINGS, NEEDED, OPTIONAL
from data_access.catalogue.loader import FOLDER, cities, load_catalogue_from
from data_access.mappings import mapping_file
from data_access.mappings.mapping import load_mapping
from data_access.settings import ROOT
from engine.demo.behaviour_files import load_behaviour
from tests.second_city import write_city
from tests.unit.forms import Forms, recorded, toml_forms

DOCS = ROOT / "docs"
_ROW = re.compile(r"\| `([^`]+)` \| (.*?) ?\| ")


def documented() -> Forms:
    _, _, reference = (DOCS / "catalogue.md").read_text().partition("## Every column and key")
    found: Forms = {}
    for section in reference.split("\n### `")[1:]:
        name, _, text = section.partition("`")
        found[name] = dict(_ROW.findall(text))
    return found


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Forms:
    """What the readers asked of the cities that ship and of one with files of its own."""
    with recorded(monkeypatch) as forms:
        load_catalogue_from(write_city(tmp_path))
        for city in cities():
            load_behaviour(load_catalogue_from(FOLDER / city))
    tables = {name: columns for name, columns in forms.items() if name.endswith(".csv")}
    keys = toml_forms()
    keys[publication.FILE] |= forms[publication.FILE]
    return tables | keys


def test_every_column_key_and_limit_is_documented(asked: Forms) -> None:
    told = documented()
    for name in (*NEEDED, *OPTIONAL):
        if name.endswith((".csv", ".toml")):
            assert told.get(name) == asked[name], f"docs/catalogue.md, {name}"


def test_every_file_is_documented() -> None:
    overview, _, _ = (DOCS / "catalogue.md").read_text().partition("## city.toml")
    for name in (*NEEDED, *OPTIONAL, f"{MAPPINGS}/*.toml"):
        assert f"`{name}`" in overview, name


def test_every_key_of_a_mapping_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: set[str] = set()
    take = mapping_file.Section._take

    def watched(self: mapping_file.Section, key: str, *args: object, **more: object) -> object:
        keys.add(key)
        return take(self, key, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(mapping_file.Section, "_take", watched)
    for name in cities():
        city = load_catalogue_from(FOLDER / name)
        for file in sorted((FOLDER / name / MAPPINGS).glob("*.toml")):
            load_mapping(city, str(file))
    text = (DOCS / "intake.md").read_text()
    assert len(keys) > 20
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", text)] == []
