"""docs/adding.md as tests follow it: the fenced blocks, each under the file that it names."""

import csv
import re
from pathlib import Path

from data_access.settings import ROOT

DOCUMENT = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.+)$", DOCUMENT, re.MULTILINE)
_BLOCK = re.compile(r"^```\w+\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(name: str) -> str:
    """The text below a heading."""
    _, found, rest = DOCUMENT.partition(f"\n## {name}\n")
    assert found, f"docs/adding.md has no section {name!r}"
    return rest.partition("\n## ")[0]


def blocks(name: str) -> dict[str, str]:
    """The blocks of a section: file → what it says."""
    found = _BLOCK.findall(section(name))
    assert len(found) == section(name).count("```") // 2, f"{name}: a block names no file"
    return dict(found)


def rows(text: str) -> list[list[str]]:
    """The rows of a table's block."""
    return list(csv.reader(text.splitlines()))


def written(name: str, path: str, folder: Path) -> Path:
    """The block for a file, written into a folder under the file's own name."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / Path(path).name
    made.write_text(blocks(name)[path], encoding="utf-8")
    return made
