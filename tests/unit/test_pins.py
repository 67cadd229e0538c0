"""Every package is pinned exactly, agrees with the constraints, and has its reason written down."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(\[[a-z,]+\])?==([0-9][0-9A-Za-z.]*)$")
FILES = ("requirements.txt", "requirements-dev.txt")


def _lines(name: str) -> list[str]:
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r ", "-c "))]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _constraints() -> dict[str, str]:
    found = {}
    for line in _lines("constraints.txt"):
        match = PIN.match(line)
        assert match, line
        found[_plain(match[1])] = match[3]
    return found


@pytest.mark.parametrize("line", [line for name in FILES for line in _lines(name)])
def test_a_package_is_pinned_constrained_and_explained(line: str) -> None:
    match = PIN.match(line)
    assert match, f"{line}: not NAME==VERSION"
    name, extra, version = match[1], match[2] or "", match[3]
    assert _constraints()[_plain(name)] == version
    reasons = (ROOT / "docs" / "decisions.md").read_text()
    assert f"`{name}{extra}`" in reasons, f"docs/decisions.md does not say why {name} is here"


def test_both_files_use_the_constraints() -> None:
    assert "-c constraints.txt" in (ROOT / "requirements.txt").read_text()
    assert "-r requirements.txt" in (ROOT / "requirements-dev.txt").read_text()
