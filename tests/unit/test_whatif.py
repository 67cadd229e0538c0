"""assets/js/desk/whatif.js and domain/scoring/by_hours.py: two languages, one sum, exactly."""

import json
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.scoring.by_hours import line_of, receipt, spent
from domain.scoring.ranking import RateUnit, rank_rates
from domain.scoring.receipt import Line, Subject
from domain.sign import GRADED
from domain.stays import Hours
from domain.weights import Weights
from tests.unit.signs import WEIGHTS

ROOT = Path(__file__).parents[2]
HEAD = """
const { recompute, ranked, drawn } = require("./assets/js/desk/whatif.js");
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


LATER = Weights(2, "2026-11-28", 0.3, 0.9, 3.1, 100)


@pytest.mark.parametrize("weights", [(WEIGHTS,), (WEIGHTS, LATER)], ids=["one", "a change"])
def test_the_browser_adds_up_as_the_server_does(weights: tuple[Weights, ...]) -> None:
    dice = random.Random(7)
    cases, expected = [], []
    for _ in range(1500):
        signs = dice.choice((1, 3, 28, 96, 117))
        lines = [_line(dice, n, signs, weights) for n in range(signs)]
        made = receipt("x", lines, weights)
        chosen = dice.choice([line for line in lines if spent(line).hours.known] or lines)
        if made.score is None:
            continue
        part = dice.randrange(len(weights))
        known = spent(chosen).parts[part]
        fewer = min(round(known.alarm * dice.random() * 60) / 60, known.alarm)
        parts = [{s.value: getattr(p, s) for s in GRADED} for p in spent(chosen).parts]
        model = {
            "signs": signs,
            "weights": [{"scale": w.scale} | {s.value: w.of(s) for s in GRADED} for w in weights],
            "rest": made.points - chosen.points,
            "lines": [{"known": spent(chosen).hours.known, "parts": parts}],
        }
        cases.append({"receipt": model, "hours": [[*[None] * part, {"alarm": fewer}]]})
        tried = [
            replace(p, alarm=fewer) if n == part else p for n, p in enumerate(spent(chosen).parts)
        ]
        line = line_of(
            chosen.subject,
            tried,
            expected=spent(chosen).expected,
            weights=weights,
            count=made.count,
        )
        lines = [line if each is chosen else each for each in made.lines]
        score = receipt(made.unit, lines, weights).score
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


def _line(dice: random.Random, n: int, signs: int, weights: tuple[Weights, ...]) -> Line:
    parts = [_hours(dice) for _ in weights]
    subject = Subject(f"S-{n}", "goal", "owner")
    return line_of(subject, parts, expected=24.0, weights=weights, count=signs)


def _hours(dice: random.Random) -> Hours:
    known = dice.choice((0.0, 1.0, 24.0, 167.0, dice.random() * 700))
    parts = sorted(dice.random() * known for _ in range(3))
    spent = (parts[0], parts[1] - parts[0], parts[2] - parts[1])
    return Hours(known, *(spent if dice.random() < 0.6 else (0.0, 0.0, spent[2])))
