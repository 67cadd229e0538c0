"""A text in every language: it answers in those, and in no other."""

import pytest

from domain.text import EMPTY, LANGUAGES, Text, UnknownLanguage


def test_each_language_has_its_words() -> None:
    text = Text(zh="街道", en="subdistrict")
    assert [text.of(lang) for lang in LANGUAGES] == ["街道", "subdistrict"]
    assert {Text.same("FAC-04").of(lang) for lang in LANGUAGES} == {"FAC-04"}


@pytest.mark.parametrize("lang", ["", "ZH", "fr", "of", "__class__"])
def test_an_unknown_language_is_an_error(lang: str) -> None:
    with pytest.raises(UnknownLanguage):
        Text(zh="街道", en="subdistrict").of(lang)


def test_a_text_is_true_when_anything_is_written() -> None:
    assert not EMPTY
    assert Text(zh="", en="stations")
