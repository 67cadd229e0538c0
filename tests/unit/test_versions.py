"""Every receipt names the versions that it was made by, and says where a period mixes two."""

import json

import pytest

from dashboard.components.versions import cut_words, editions_short
from dashboard.components.view import View
from dashboard.desks.rankings.receipt_panel import Slip, receipt_panel
from domain.catalogue import Catalogue
from domain.scoring.by_hours import line_of, receipt
from domain.scoring.receipt import Subject
from domain.stays import Hours
from domain.terms import Edition
from domain.weights import Weights
from tests.unit.signs import WEIGHTS
from tests.web.light_nodes import every, one, words

LATER = Weights(2, "2026-11-28", 0.5, 1.0, 4.0, 100)
OLD, NEW = Edition(1, "2020-01-01"), Edition(2, "2026-11-27")


def panel(catalogue: Catalogue, lang: str, *weights: Weights) -> list[object]:
    signs = catalogue.signs[:3]
    lines = [
        line_of(
            Subject(s.code, s.goal, s.department),
            [Hours(24.0, 0.0, 2.0, 1.5 + n) for n in range(len(weights))],
            expected=48.0,
            weights=weights,
            count=3,
        )
        for s in signs
    ]
    cuts = {signs[0].code: (OLD, NEW), signs[1].code: (OLD,), signs[2].code: (OLD,)}
    slip = Slip(View(lang), catalogue, "x", "7", editions={**cuts, "GONE-01": (OLD,)})
    return receipt_panel(slip, receipt("x", lines, weights))


def test_a_receipt_names_its_weights_and_cut_offs(catalogue: Catalogue) -> None:
    said = words(panel(catalogue, "zh", WEIGHTS))
    assert "扣分权重：第 1 版，2020-01-01 起。" in said
    assert "阈值：第 1 版（2020-01-01 起） 2 项。" in said
    name = catalogue.signs[0].short.zh
    changed = f"{name} 第 1 版（2020-01-01 起） → 第 2 版（2026-11-27 起）"
    assert f"本期内阈值变更：{changed}。" in said
    assert "本期跨" not in said and "117/3" in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_period_over_a_change_says_so(catalogue: Catalogue, lang: str) -> None:
    made = panel(catalogue, lang, WEIGHTS, LATER)
    said = words(made)
    told = ("本期跨 2 版权重", "第 2 版，2026-11-28 起")
    if lang == "en":
        told = ("2 versions of the weights hold", "version 2, since 2026-11-28")
    assert all(text in said for text in told)
    assert "117/3" in said and "100/3" in said
    assert said.count("1.5 + 2.5") == 3, "hours of either version stand apart"
    model = json.loads(one(made, "section", cls="whatif")[1]["data-whatif"])
    assert [w["scale"] for w in model["weights"]] == [117, 100]
    assert all(len(line["parts"]) == 2 for line in model["lines"])
    sliders = [n[1] for n in every(made, "input", type="range")]
    assert len({s["id"] for s in sliders}) == len(sliders) == 4
    parts = [s["data-part"] for s in sliders]
    assert parts == ["1", "1", "1", "0"], "the dearer hours took most"


def test_signs_of_another_version_are_named_where_they_are_few(catalogue: Catalogue) -> None:
    codes = [s.code for s in catalogue.signs]
    cuts = {code: (NEW if n in (2, 5) else OLD,) for n, code in enumerate(codes)}
    (said,) = cut_words(View(), catalogue, cuts)
    named = "、".join(catalogue.signs[n].short.zh for n in (2, 5))
    assert said == (
        f"阈值：第 1 版（2020-01-01 起） {len(codes) - 2} 项；第 2 版（2026-11-27 起） {named}。"
    )
    assert cut_words(View(), catalogue, {}) == []
    assert (editions_short(()), editions_short((OLD, NEW))) == ("", "1 → 2")
