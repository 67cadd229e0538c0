"""Typed text: visible, one line, and nothing that reaches beyond it."""

import pytest

from domain.text import MARKS_AT_ONCE, one_line


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  施工  围挡\r\n已恢复\t。", "施工 围挡 已恢复 。"),
        ("\u202eabc\u2066x\u2069", "abc x"),
        ("\u200b\ufeff\x00", ""),
        ("\u3164 \u2800\u115f", ""),
        ("e\u0301te\u0301", "e\u0301te\u0301"),
        ("a" + "\u0301" * 400 + "b", "a" + "\u0301" * MARKS_AT_ONCE + "b"),
        ("<b>=1+1</b>", "<b>=1+1</b>"),
    ],
)
def test_one_line(given: str, kept: str) -> None:
    assert one_line(given) == kept
    assert one_line(kept) == kept
