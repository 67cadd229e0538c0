"""What a load says when it ends: reasons, what was left out, and a last line that adds up."""

import sys
from collections import Counter
from io import TextIOWrapper

from data_access.counting import RowTally
from data_access.parcels import Tally

_NAMED = 20  # reasons for leaving rows out that are named one by one


def report(
    tally: Tally,
    missing: int,
    left_out: Counter[str] | None = None,
    rows: RowTally | None = None,
) -> None:
    """Print what became of everything: reasons with an example each, then the closing line."""
    _plainly()
    for reason, count in tally.reasons.most_common():
        print(f"  {reason}: {count}, the first: {tally.examples[reason]}")
    left_out = left_out or Counter()
    named = left_out.most_common(_NAMED)
    for reason, count in named:
        print(f"  left out: {count}, {reason}")
    if len(left_out) > len(named):
        rest = left_out.total() - sum(count for _, count in named)
        print(f"  left out: {rest}, {len(left_out) - len(named)} other reasons")
    if rows is not None:
        print(rows.closing())
    print(tally.closing(missing), flush=True)


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
