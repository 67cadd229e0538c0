"""`python app.py correct …`: an entry of the public correction log in a person's own words."""

import argparse
import getpass
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from data_access.accounts.audit import Entry, Result, write_audit
from data_access.caching.cache import uncached
from data_access.catalogue.loader import load_catalogue
from data_access.public.store import migrate_public, open_public
from data_access.public.tables import public_corrections
from data_access.settings import Settings
from data_access.store.db import Database, migrate, open_database
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms, utc_now
from domain.publication import week_start
from domain.text import one_line

LONGEST_TEXT = 300
PERIODS = ("day", "week")
_CJK = re.compile(r"[\u3400-\u9fff]")


class BadCorrection(ValueError):
    """Not taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody wants to tell about a published figure."""

    sign: str
    period: str  # day | week
    date: str  # a local day, `2026-11-20`; of a week any of its days
    text_zh: str
    text_en: str


def main(argv: Sequence[str], settings: Settings, clock: Clock = utc_now) -> int:
    """Add one entry; 0 when it is in the log, 1 when refused (the reason is on stderr)."""
    parser = argparse.ArgumentParser(prog="app.py correct", description=__doc__)
    parser.add_argument("sign", help="code of a published sign")
    parser.add_argument("date", help="the day that the figure is of: YYYY-MM-DD")
    parser.add_argument("--period", choices=PERIODS, default="day", help="what the figure spans")
    parser.add_argument("--zh", required=True, help="what was wrong and what is right, in Chinese")
    parser.add_argument("--en", required=True, help="the same in English")
    args = parser.parse_args(argv)
    wording = Wording(args.sign, args.period, args.date, args.zh, args.en)
    migrate(settings)
    migrate_public(settings)
    db, public = open_database(settings), open_public(settings, read_only=False)
    who = f"shell:{getpass.getuser()}"
    try:
        add_wording(db, public, load_catalogue(settings.city), wording, who, to_ms(clock()))
    except BadCorrection as bad:
        print(bad, file=sys.stderr)
        return 1
    finally:
        public.close()
        db.close()
    print(f"{wording.sign} {wording.date}: in the correction log within a minute")
    return 0


@uncached("it writes")
def add_wording(
    db: Database, public: Database, city: Catalogue, wording: Wording, who: str, now_ms: int
) -> None:
    """Put a wording into the log, with its row in the audit log; BadCorrection when it is not sane.

    Both or neither: the audit row is written first and kept only when the entry is.
    """
    start, zh, en = _checked(city, wording, now_ms)
    row = {
        "sign": wording.sign,
        "place": city.code,
        "period": wording.period,
        "start": start,
        "at": now_ms,
        "text_zh": zh,
        "text_en": en,
    }
    what = f"{wording.sign} {wording.period} {wording.date}"
    with db.write() as log:
        write_audit(log, Entry(now_ms, who, "correction.add", what, Result.OK, "local"))
        with public.write() as conn:
            conn.execute(public_corrections.insert().values(**row))


def _checked(city: Catalogue, wording: Wording, now_ms: int) -> tuple[int, str, str]:
    """(start of the period in epoch ms, Chinese text, English text)."""
    rules, sign = city.publication, city.sign.get(wording.sign)
    if rules is None or sign is None or not (sign.public or sign.code in rules.bands):
        raise BadCorrection(f"{wording.sign}: no such published sign")
    if wording.period not in PERIODS:
        raise BadCorrection(f"period: {wording.period} is not one of {', '.join(PERIODS)}")
    try:
        start = city.zone.date_start(wording.date)
    except ValueError as fault:
        raise BadCorrection(f"date: {wording.date} is not YYYY-MM-DD") from fault
    if not 0 < start <= now_ms:
        raise BadCorrection(f"date: {wording.date} has not been published")
    if wording.period == "week":
        start = week_start(start, city.zone)
    zh, en = _plain("zh", wording.text_zh), _plain("en", wording.text_en)
    if _CJK.search(en):
        raise BadCorrection("en: the English text holds Chinese characters")
    return start, zh, en


def _plain(name: str, given: str) -> str:
    text = one_line(given)
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise BadCorrection(f"{name}: write 1 to {LONGEST_TEXT} characters")
    return text
