"""The rules of the scripts: rooms, names, and who may ask whom."""

import re
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "assets" / "js"
MAY_ASK = {"base": {"base"}, "desk": {"base", "desk"}, "wall": {"base", "wall"}}
FOR_DASH = {"light", "whatif"}  # called by name from Python, and stand where Dash looks
SILENT = {"wall", "copy_rows", "picture", "sign_chart", "street", "refused", "desk_ageing"}
"""Scripts that nobody asks: they listen."""


def scripts() -> dict[str, Path]:
    """Every script by its name in JavaScript: scene_parts.js is sceneParts."""
    found = {}
    for path in sorted(SCRIPTS.rglob("*.js")):
        first, *rest = path.stem.split("_")
        found["".join([first, *(word.capitalize() for word in rest)])] = path
    return found


def test_every_script_lies_in_a_room() -> None:
    assert {path.parent.name for path in scripts().values()} == set(MAY_ASK)
    assert all(path.parent.parent == SCRIPTS for path in scripts().values())


def test_a_script_is_called_as_its_file() -> None:
    told = {}
    for name, path in scripts().items():
        text = path.read_text(encoding="utf-8")
        for owner, given in re.findall(
            r"root\.(yiping|dash_clientside) = Object\.assign\([^{]*(?:\{\}[^{]*)?\{ (\w+)", text
        ):
            told[name] = given
            assert (owner == "dash_clientside") == (path.stem in FOR_DASH), path
            assert given == name, path
    assert {path.stem for name, path in scripts().items() if name not in told} == SILENT


def test_no_room_asks_the_other() -> None:
    where = {name: path.parent.name for name, path in scripts().items()}
    faults = []
    for path in scripts().values():
        text = path.read_text(encoding="utf-8")
        asked = set(re.findall(r"\byiping\.(\w+)", text))
        for names in re.findall(r"const \{([^}]*)\} = root\.yiping;", text):
            asked |= {name.partition(":")[0].strip() for name in names.split(",")}
        faults += [
            f"{path.name}: {name}"
            for name in asked
            if where.get(name, path.parent.name) not in MAY_ASK[path.parent.name]
        ]
    assert faults == []
