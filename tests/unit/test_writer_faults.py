"""What a write raises comes back to whoever asked for it, and to nobody's log."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
from gevent import monkey
monkey.patch_all()
from types import SimpleNamespace
from dashboard.threads import writer
class Bad(ValueError): pass
writer.open_database = lambda settings: None
desk = writer.Writer(SimpleNamespace(), None)
def fails(db): raise Bad("refused")
try:
    desk.run(fails)
except Bad as bad:
    print("got", bad)
print(desk.run(lambda db: 7))
"""


def test_a_refusal_is_raised_and_not_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert done.stdout.split() == ["got", "refused", "7"], done.stderr
    assert "Traceback" not in done.stderr
