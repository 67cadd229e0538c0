"""「这个数字有问题」: a form without cookies, names or accounts."""

import hmac
import re
from collections.abc import Callable
from hashlib import blake2b
from typing import TypeVar
from urllib.parse import parse_qs

from dashboard.public_site.senders import Senders
from data_access.public.queries import add_report
from data_access.store.db import Database
from domain.text import one_line

T = TypeVar("T")
LONGEST_BODY = 8_192
LONGEST_TEXT = 300
TOKEN_LIFE_MS = 24 * 3_600_000
_FIGURE = re.compile(r"[A-Za-z0-9-]{1,40}")


def make_token(secret: bytes, at_ms: int) -> str:
    """A signed moment: what the form sends back to show that it came from our page."""
    return f"{at_ms}.{_sign(secret, str(at_ms))}"


def token_fits(secret: bytes, token: str, now_ms: int) -> bool:
    """Whether a token is ours and less than a day old."""
    text, _, signature = token.partition(".")
    if not (text.isascii() and text.isdigit() and len(text) < 16 and signature.isascii()):
        return False
    if not hmac.compare_digest(signature, _sign(secret, text)):
        return False
    return 0 <= now_ms - int(text) + 120_000 <= TOKEN_LIFE_MS


def _sign(secret: bytes, text: str) -> str:
    return blake2b(text.encode(), key=secret[:64], digest_size=16, person=b"report").hexdigest()


class Reports:
    """Takes what the form sends."""

    def __init__(self, db: Database, secret: bytes, senders: Senders) -> None:
        self._db = db
        self.secret = secret
        self._senders = senders

    def take(self, body: bytes, address: str, now_ms: int) -> tuple[str, str, str]:
        """(status line, label of the answer, language) for one POST."""
        form = _form(body)
        lang = form.get("lang", "zh")
        if not token_fits(self.secret, form.get("token", ""), now_ms):
            return "400 Bad Request", "report.again", lang
        text = one_line(form.get("text", ""))[:LONGEST_TEXT]
        figure = form.get("figure", "")
        if not text or not _FIGURE.fullmatch(figure):
            return "400 Bad Request", "report.empty", lang
        if not off_the_loop(lambda: self._file(address, now_ms, figure, text)):
            return "429 Too Many Requests", "report.often", lang
        return "200 OK", "report.thanks", lang

    def _file(self, address: str, now_ms: int, figure: str, text: str) -> bool:
        """Keep a report, unless its sender has sent enough."""
        if not self._senders.may_send(address):
            return False
        add_report(self._db, now_ms, figure, text)
        return True


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=8)
    except ValueError:  # also UnicodeDecodeError
        return {}
    return {name: values[0] for name, values in fields.items()}


def off_the_loop(work: Callable[[], T]) -> T:
    """What takes long, a commit or a spreadsheet, must not hold up the other visitors."""
    from gevent import get_hub, monkey

    if not monkey.is_module_patched("socket"):
        return work()
    found: T = get_hub().threadpool.apply(work)
    return found
