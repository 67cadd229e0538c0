"""Units: everything that an indicator can be about is found by its kind and its code."""

import ast
import re
from pathlib import Path

import pytest

from data_access.catalogue.loader import FOLDER, cities, load_catalogue
from domain.catalogue import Catalogue
from domain.unit import (
    COMMITTEE,
    DEPARTMENT,
    INDUSTRY,
    PLACE,
    SCENARIO,
    UnknownUnit,
    of_key,
    unit_key,
)
from tests.unit.test_architecture import product_files, tree, where


@pytest.fixture(scope="module", params=cities())
def city(request: pytest.FixtureRequest) -> Catalogue:
    return load_catalogue(request.param)


def test_every_member_of_the_city_is_a_unit(city: Catalogue) -> None:
    members = {
        PLACE: (city.code, *(s.code for s in city.streets)),
        COMMITTEE: tuple(c.code for c in city.committees),
        DEPARTMENT: tuple(d.code for d in city.departments),
        INDUSTRY: tuple(i.code for i in city.industries),
        SCENARIO: tuple(s.code for s in city.scenarios),
    }
    for kind, codes in members.items():
        units = [city.unit(kind, code) for code in codes]
        assert [(u.kind, u.code) for u in units] == [(kind, code) for code in codes]
        assert all(u.name.zh and u.name.en and u.short.zh for u in units)
        assert tuple(city.units.get(kind, ())) == codes


def test_a_unit_tells_its_owner_and_its_peers(city: Catalogue) -> None:
    assert city.unit(PLACE, city.code).peers is None, "the district is compared with nobody"
    kinds = {kind.code for kind in city.kinds}
    assert {city.unit(PLACE, s.code).peers for s in city.streets} <= kinds
    for kind in (DEPARTMENT, INDUSTRY, SCENARIO):
        for unit in city.units.get(kind, {}).values():
            assert unit.owner in city.department and unit.peers


@pytest.mark.parametrize(("kind", "code"), [(PLACE, "x"), (DEPARTMENT, ""), ("moon", "1")])
def test_an_unknown_unit_is_an_error(city: Catalogue, kind: str, code: str) -> None:
    with pytest.raises(UnknownUnit):
        city.unit(kind, code)


def test_the_store_keeps_a_place_by_its_code_and_others_with_their_kind(city: Catalogue) -> None:
    assert city.unit(PLACE, city.code).key == city.code
    keys = [unit.key for units in city.units.values() for unit in units.values()]
    assert len(set(keys)) == len(keys)
    for units in city.units.values():
        for unit in units.values():
            assert unit.key == unit_key(unit.kind, unit.code)
            assert of_key(unit.key) == (unit.kind, unit.code)


def _texts(path: Path) -> list[tuple[int, str]]:
    """(line, text) of every text and number of a file; what only explains it is left out."""
    spoken = {
        node.body[0].value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, str(node.value))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and node not in spoken
    ]


def test_no_place_is_named_outside_the_catalogue() -> None:
    """Neither by its code, nor by how many signs the reference city has, nor by its kind's name."""
    catalogues = [load_catalogue(name) for name in cities()]
    codes = {c.code for c in catalogues} | {s.code for c in catalogues for s in c.streets}
    numbers = re.compile(rf"(?<!\d)({'|'.join(sorted(codes))}|117)(?!\d)")
    kinds = re.compile("|".join({k.name.zh for c in catalogues for k in c.kinds} - {"镇"}))
    faults = [
        where(path, line, text[:60])
        for path in product_files()
        if FOLDER not in path.parents or path.parent == FOLDER
        for line, text in _texts(path)
        if numbers.search(text) or kinds.search(text)
    ]
    assert faults == []


def test_scripts_name_no_place_either() -> None:
    scripts = sorted((Path(FOLDER).parents[1] / "assets" / "js").rglob("*.js"))
    codes = [load_catalogue(name).code for name in cities()]
    wrong = re.compile(rf"(?<!\d)({'|'.join(codes)})\d*|(?<![\d.])117(?!\d)")
    assert scripts
    assert [str(p) for p in scripts if wrong.search(p.read_text())] == []
    assert wrong.search(f"{codes[0]}005")
