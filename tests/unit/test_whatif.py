"""assets/js/whatif.js and domain/receipt.py: two languages, one sum, to the last digit."""

import json
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.ranking import RateUnit, rank_rates
from domain.receipt import Hours, Line, line_of, receipt, what_if

ROOT = Path(__file__).parents[2]
HEAD = """
const { recompute, ranked, drawn } = require("./assets/js/whatif.js");
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const out = (found) => process.stdout.write(JSON.stringify(found));
"""
SCORES = """
out(cases.map(({receipt, hours}) => {
  const score = recompute(receipt, hours);
  return [score, ranked(score)];
}));
"""


def run(code: str, cases: list[Any]) -> Any:
    """What the script makes of the cases."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("node is needed: make system-packages")
    done = subprocess.run(
        [node, "-e", code], input=json.dumps(cases), capture_output=True, text=True, cwd=ROOT,
        check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_the_browser_adds_up_as_the_server_does() -> None:
    dice = random.Random(7)
    cases, expected = [], []
    for _ in range(1500):
        signs = dice.choice((1, 3, 28, 96, 117))
        lines = [_line(dice, n, signs) for n in range(signs)]
        made = receipt("x", lines)
        chosen = dice.choice([line for line in lines if line.hours.known] or lines)
        known, fewer = chosen.hours, round(chosen.hours.alarm * dice.random() * 60) / 60
        fewer = min(fewer, known.alarm)
        if made.score is None:
            continue
        told = {"known": known.known, "attention": known.attention, "warning": known.warning}
        model = {
            "signs": signs,
            "rest": made.points - chosen.points,
            "lines": [{**told, "alarm": known.alarm}],
        }
        cases.append({"receipt": model, "hours": [{"alarm": fewer}]})
        score = what_if(
            made, chosen.sign, attention=known.attention, warning=known.warning, alarm=fewer
        )
        assert score is not None
        expected.append([score, round(round(score / 100, 1) * 100)])
    assert len(expected) > 1000
    assert run(HEAD + SCORES, cases) == expected


def test_a_rate_tried_in_the_browser_is_the_rate_that_would_be_ranked() -> None:
    dice = random.Random(5)
    cases, expected = [], []
    for _ in range(300):
        units = [
            RateUnit(f"u{n}", float(dice.randint(0, 300)), float(dice.randint(300, 900)))
            for n in range(6)
        ]
        better = replace(units[0], k=float(dice.randint(0, 300)))
        now, then = (
            rank_rates([unit, *units[1:]], higher_is_better=True, base=100.0, decimals=1)
            for unit in (units[0], better)
        )
        total = sum(unit.n for unit in units)
        rate = {
            **{"n": units[0].n, "k": units[0].k, "m": 30, "base": 100, "decimals": 1},
            "all": [(now.mean or 0) / 100 * total, total],
        }
        cases.append([rate, better.k])
        expected.append(next(row.value for row in then.rows if row.code == "u0"))
    code = f"{HEAD}out(cases.map(([rate, k]) => drawn(rate, k)));"
    assert run(code, cases) == expected


def _line(dice: random.Random, n: int, signs: int) -> Line:
    known = dice.choice((0.0, 1.0, 24.0, 167.0, dice.random() * 700))
    parts = sorted(dice.random() * known for _ in range(3))
    spent = (parts[0], parts[1] - parts[0], parts[2] - parts[1])
    hours = Hours(known, *(spent if dice.random() < 0.6 else (0.0, 0.0, spent[2])))
    return line_of(f"S-{n}", "goal", "owner", hours, 24.0, signs)
