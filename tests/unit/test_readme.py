"""What the README promises exists: variables, make targets, commands, files."""

import re
from pathlib import Path

import pytest

from data_access.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def _variables() -> dict[str, str]:
    """Variable → default as the table of the README has it."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| .+ \|$", README, re.MULTILINE)
    return {name: default.strip("`") for name, default in rows}


def test_every_variable_is_described_and_no_other() -> None:
    fields = {(f.alias or name).upper() for name, f in Settings.model_fields.items()}
    assert set(_variables()) == fields


@pytest.mark.parametrize(
    "name", [n for n, f in Settings.model_fields.items() if isinstance(f.default, int | str)]
)
def test_defaults_are_the_real_ones(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = _variables()[name.upper()]
    if default == "":
        assert shown == "loopback names"
    else:
        assert shown == (str(default).lower() if isinstance(default, bool) else str(default))


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"make (run|web|test|check|bench|[a-z-]{4,12}\b)(?=`|  )", README))
    assert named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_commands_exist() -> None:
    app = (ROOT / "app.py").read_text()
    named = set(re.findall(r"app\.py ([a-z][a-z-]+)", README))
    assert named
    for command in named:
        assert f'    "{command}": ' in app, command


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:tests|docs|deploy)/[^`]*)`", README)))
)
def test_files_exist(path: str) -> None:
    assert (ROOT / path).exists()
