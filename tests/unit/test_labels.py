"""Every string of the interface comes from the label table, in both languages."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.components.moment import WORDS
from dashboard.desks.screen.screen_static import PREFIXES
from dashboard.words import labels
from domain.freshness import Freshness
from domain.sign import State
from domain.text import LANGUAGES

ROOT = Path(__file__).parents[2]
FOLDERS = ("pages", "callbacks", "dashboard")
SCRIPTS = sorted((ROOT / "assets" / "js").rglob("*.js"))
CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
PLACES = re.compile(r"\{(\w+)\}")


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def docstrings(tree: ast.AST) -> set[int]:
    """ids of the string nodes that are documentation: a string standing as a statement."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def python_strings(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in documentation:
                yield node.lineno, node.value


def script_code(path: Path) -> str:
    """A script without its comments, line numbers kept."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
    return re.sub(r"(?m)(^|\s)//.*$", "", text)


def test_the_table_is_whole() -> None:
    table = labels.table()
    assert len(table) > 80
    for key, texts in table.items():
        assert set(texts) == set(LANGUAGES), key
        assert all(text.strip() for text in texts.values()), key
        zh, en = (set(PLACES.findall(texts[lang])) for lang in LANGUAGES)
        assert zh == en or key in SHORTER_IN_ONE, f"{key}: {zh} against {en}"


SHORTER_IN_ONE: frozenset[str] = frozenset()
"""Keys whose texts name different places in the two languages; none so far."""


def test_english_texts_hold_no_chinese_but_the_demonstration_mark() -> None:
    mark = labels.label("wall.demo", "zh")
    found = {
        key for key, texts in labels.table().items() if CJK.search(texts["en"].replace(mark, ""))
    }
    assert found == {"language.other"}  # the other language, in its own script


def used_keys() -> Iterator[tuple[str, str]]:
    """Every key that a source asks for by a literal: (where, key)."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
            if name == "label" and literal:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", first.value
    for path in SCRIPTS:
        for match in re.finditer(r'\bt\(\s*"([^"]+)"(?!\s*\+)', script_code(path)):
            yield path.name, match[1]


def test_every_key_that_is_used_stands_in_the_table() -> None:
    used = list(used_keys())
    assert len(used) > 30
    assert [(where, key) for where, key in used if key not in labels.table()] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_keys_that_scripts_put_together_stand_in_the_table(lang: str) -> None:
    keys = [f"state.{state}" for state in State]
    keys += [f"freshness.{mark}" for mark in Freshness]
    keys += [f"wall.sources.{kind}" for kind in ("live", "late", "stale", "never", "lost")]
    keys += [f"wall.count.{kind}" for kind in ("normal", "stale", "unknown", "late")]
    for key in keys:
        assert labels.label(key, lang)


def test_the_scripts_get_every_key_that_they_use() -> None:
    wall, desks = labels.labels_for("zh", PREFIXES), labels.labels_for("zh", WORDS)
    used = {(where, key) for where, key in used_keys() if where.endswith(".js")}
    lacking = {k for w, k in used if k not in (desks if w == "desk_ageing.js" else wall)}
    assert lacking == set()


def test_no_label_of_the_wall_is_left_over() -> None:
    code = "\n".join(script_code(path) for path in SCRIPTS)
    code += "\n".join(path.read_text(encoding="utf-8") for path in sources())
    stems = {m[1] for m in re.finditer(r'"([\w.]+\.)"\s*\+', code)} | {
        m[1] for m in re.finditer(r'f"([\w.]+\.)\{', code)
    }
    unused = {
        key
        for key in labels.labels_for("zh", ("wall.", "age.", "duration.", "number."))
        if f'"{key}"' not in code and not any(key.startswith(stem) for stem in stems)
    }
    assert "wall." not in stems
    assert unused == set()


def test_no_chinese_text_outside_the_table() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for path in sources()
        for line, text in python_strings(path)
        if CJK.search(text)
    ]
    for path in SCRIPTS:
        for line, text in enumerate(script_code(path).splitlines(), start=1):
            if CJK.search(text):
                found.append(f"{path.name}:{line}: {text.strip()}")
    assert found == []


def test_the_search_for_chinese_sees_strings_and_not_comments(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text('"""说明"""\nx = "大屏"  # 注释\n', encoding="utf-8")
    assert [text for _, text in python_strings(sample) if CJK.search(text)] == ["大屏"]
    kinds = {t.type for t in tokenize.generate_tokens(io.StringIO(sample.read_text()).readline)}
    assert tokenize.COMMENT in kinds
    script = tmp_path / "sample.js"
    script.write_text('/* 说明 */\nconst a = "大屏"; // 注释\n', encoding="utf-8")
    assert CJK.findall(script_code(script)) == ["大", "屏"]


def test_texts_are_filled_and_unknown_keys_refused() -> None:
    assert labels.label("app.title", "zh", city="浦东新区") == "浦东新区 · 一屏"
    with pytest.raises(labels.LabelError, match="no label"):
        labels.label("no.such.key")
    with pytest.raises(labels.LabelError):
        labels.label("app.name", "fr")


def test_one_of_a_kind_has_its_own_text_where_the_table_has_one() -> None:
    for key in (k for k in labels.table() if f"{k}.one" in labels.table()):
        many, one = (set(PLACES.findall(labels.table()[k]["en"])) for k in (key, f"{key}.one"))
        assert many == one, key
    assert labels.label("department.say.signs", "en", n=1) == "Owns 1 vital sign"
    assert labels.label("department.say.signs", "en", n=2) == "Owns 2 vital signs"
    assert labels.label("export.rows", "en", n="1") == "1 row"
    assert labels.label("department.say.signs", "zh", n=1) == "归口 1 项体征"


def test_a_language_from_outside_is_one_of_ours() -> None:
    assert labels.language("en") == "en"
    for wrong in ("fr", "", None, 7, ["en"]):
        assert labels.language(wrong) == "zh"
