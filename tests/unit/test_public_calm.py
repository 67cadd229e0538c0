"""Silence is no good news: the public page is calm only where enough is known."""

from collections import Counter

import pytest

from dashboard.public_site.content import Content, Published
from dashboard.public_site.words import Words
from domain.catalogue import Catalogue
from domain.sign import State

NOON = 1_700_000_000_000


@pytest.fixture(scope="module")
def content(catalogue: Catalogue) -> Content:
    assert catalogue.publication is not None
    return Content(catalogue, catalogue.publication, Words(catalogue, "zh"))


def published(content: Content, known: int) -> Published:
    """A present in which the first `known` signs are normal and the others silent."""
    states = [State.NORMAL if n < known else State.UNKNOWN for n in range(len(content.live))]
    signs = {
        sign.code: {
            "code": sign.code,
            "value": sign.typical if state is State.NORMAL else None,
            "state": state.value,
            "freshness": "live" if state is State.NORMAL else "never",
            "at": None,
        }
        for sign, state in zip(content.live, states, strict=True)
    }
    counts = {state.value: n for state, n in Counter(states).items()}
    counts = {**{state.value: 0 for state in State}, **counts}
    return Published(1, NOON, NOON, False, counts, signs, {}, {}, {}, {})


def test_the_head_is_calm_only_where_half_is_known(content: Content) -> None:
    said = {
        n: "".join(content.headline(published(content, n)))
        for n in (0, 1, len(content.live) // 3, len(content.live))
    }
    assert ["平稳" in text for text in said.values()] == [False, False, False, True], said
    assert len(set(said.values())) == 3  # nothing yet, too little, calm


def test_a_goal_is_normal_only_where_half_is_known(content: Content) -> None:
    for known in (0, 1, len(content.live)):
        now = published(content, known)
        for group in (*content.goals(now), *content.domains(now)):
            normal = [cell["state"] == "normal" for cell in group.get("cells", [])]
            if known == len(content.live):
                assert group["state"] == "normal" and "都正常" in group["word"]
            elif sum(normal) * 2 < len(normal) or not known:
                assert group["state"] == "unknown" and "都正常" not in group["word"]
