"""What is decided in one place only: whose a thing is, and how bad a value is."""

import ast
from collections.abc import Iterator

import pytest

from domain.actor import PEOPLE, Actor, Role
from tests.unit.test_architecture import ROOT, imports, layer, product_files, tree, where

WEB = ("dashboard", "callbacks", "pages")
JUDGING = {"make_judge", "judge_for", "Judge"}
OWN = Actor("health", Role.DEPARTMENT, "health")


def of_actor(node: ast.AST) -> bool:
    """Whether a part of an expression is an actor's department, as in `here.actor.department`."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "department"
        and "actor" in ast.unparse(node.value)
    )


def compared(source: ast.AST) -> Iterator[ast.Compare]:
    """Comparisons of an actor's department with another; whether there is one may be asked."""
    for node in ast.walk(source):
        if isinstance(node, ast.Compare) and any(of_actor(part) for part in ast.walk(node)):
            if not all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
                yield node


def test_only_the_actor_says_what_a_department_may_open() -> None:
    faults = [
        where(path, node.lineno, ast.unparse(node))
        for path in product_files()
        if path != ROOT / "domain" / "actor.py"
        for node in compared(tree(path))
    ]
    assert faults == []


@pytest.mark.parametrize(
    "text",
    [
        "actor.department == code",
        "s.department != here.actor.department",
        "current_actor().department in owners",
        "wanted.department not in (None, actor.department)",
    ],
)
def test_every_way_of_comparing_is_seen(text: str) -> None:
    assert list(compared(ast.parse(text)))


def test_a_department_has_its_own_and_what_it_works_on() -> None:
    assert OWN.owns("health") and OWN.owns("police", ("fire", "health"))
    assert not OWN.owns("police") and not OWN.owns("police", ("fire",)) and not OWN.owns(None)
    assert not Actor("stray", Role.DEPARTMENT).owns(None)
    everybody = [role for role in PEOPLE if role is not Role.DEPARTMENT]
    assert all(Actor("x", role).owns(owner) for role in everybody for owner in ("police", None))
    assert not Actor("wall", Role.SCREEN).owns("police")


def test_the_web_judges_nothing() -> None:
    faults = [
        where(path, line, name)
        for path in product_files()
        if layer(path) in WEB
        for line, name in imports(path)
        if name.rpartition(".")[2] in JUDGING
    ]
    assert faults == []


ORDERING = {"sorted", "sort", "min", "max"}
OF_PLACES = {  # of places by the state of the whole place, which has no badness
    "domain/index.py",
    "engine/board.py",
    "dashboard/desks/street/street_table.py",
    "dashboard/desks/street/street_worst.py",
}


def test_severity_makes_an_order_of_signs_in_one_place() -> None:
    faults = [
        where(path, node.lineno, ast.unparse(node))
        for path in product_files()
        if str(path.relative_to(ROOT)) not in OF_PLACES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in ORDERING
        and "SEVERITY" in ast.unparse(node)
    ]
    assert faults == []
