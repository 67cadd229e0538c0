"""assets/js/whatif.js and domain/receipt.py: two languages, one sum, to the last digit."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from domain.receipt import Hours, Line, line_of, receipt, what_if

ROOT = Path(__file__).parents[2]
RUN = """
const { recompute, ranked } = require("./assets/js/whatif.js");
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cases.map(({receipt, hours}) => {
  const score = recompute(receipt, hours);
  return [score, ranked(score)];
})));
"""


def test_the_browser_adds_up_as_the_server_does() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.fail("node is needed: make system-packages")
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
    done = subprocess.run(
        [node, "-e", RUN], input=json.dumps(cases), capture_output=True, text=True, cwd=ROOT,
        check=True, timeout=60,
    )  # fmt: skip
    assert len(expected) > 1000
    assert json.loads(done.stdout) == expected


def _line(dice: random.Random, n: int, signs: int) -> Line:
    known = dice.choice((0.0, 1.0, 24.0, 167.0, dice.random() * 700))
    parts = sorted(dice.random() * known for _ in range(3))
    spent = (parts[0], parts[1] - parts[0], parts[2] - parts[1])
    hours = Hours(known, *(spent if dice.random() < 0.6 else (0.0, 0.0, spent[2])))
    return line_of(f"S-{n}", "goal", "owner", hours, 24.0, signs)
