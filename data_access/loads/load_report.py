"""What a load says when it ends: reasons, what was left out, and a last line that adds up."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from io import TextIOWrapper

from data_access.loads.parcels import Tally
from data_access.mappings.counting import RowTally

_NAMED = 20  # reasons for leaving rows out that are named one by one


@dataclass(frozen=True, slots=True)
class Aside:
    """Rows that became less than they might have, by reason."""

    left_out: Counter[str] = field(default_factory=Counter)  # nothing came of them
    in_part: Counter[str] = field(default_factory=Counter)  # in some counts, not in others
    unplaced: Counter[str] = field(default_factory=Counter)  # the district's, and no street's


def report(
    tally: Tally, missing: int, aside: Aside | None = None, rows: RowTally | None = None
) -> None:
    """Print what became of everything: reasons with an example each, then the closing line."""
    _plainly()
    for reason, count in tally.reasons.most_common():
        print(f"  {reason}: {count}, the first: {tally.examples[reason]}")
    if aside is not None:
        _say("left out", aside.left_out)
        _say("not in every count", aside.in_part)
        _say("in the district's figures and in no street's (未知)", aside.unplaced)
    if rows is not None:
        print(rows.closing())
    print(tally.closing(missing), flush=True)


def _say(what: str, reasons: Counter[str]) -> None:
    named = reasons.most_common(_NAMED)
    for reason, count in named:
        print(f"  {what}: {count}, {reason}")
    if len(reasons) > len(named):
        rest = reasons.total() - sum(count for _, count in named)
        print(f"  {what}: {rest}, {len(reasons) - len(named)} other reasons")


def told(reason: str, code: int) -> int:
    """Say why on stderr; the exit code."""
    _plainly()
    print(reason, file=sys.stderr, flush=True)
    return code


def nothing_read(reason: str, code: int) -> int:
    """Say why a load has not begun, and that nothing was read; the exit code."""
    told(reason, code)
    report(Tally(), 0)
    return code


def _plainly() -> None:
    """Letters that a terminal does not know are escaped there; they are no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
