"""Reports about a figure: counted over all processes, filed once, forgeries refused."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from dashboard.public_site.senders import ALL_PER_HOUR, PER_HOUR, Senders
from dashboard.public_site.senders import FILE as SENT
from dashboard.public_site.site import PublicSite
from data_access.public.store import open_public
from data_access.public.tables import public_reports
from data_access.settings import Settings
from tests.web.public_city import ask


def test_a_flood_from_many_addresses_ends(tmp_path: Path) -> None:
    clock = iter(range(0, 36_000, 600))
    senders = Senders(tmp_path / "sent", b"s", all_per_hour=5, clock=lambda: next(clock))
    assert [senders.may_send(f"10.0.0.{n}") for n in range(8)] == [True] * 5 + [False, True, True]


def test_reports_are_counted_over_all_processes(tmp_path: Path) -> None:
    """Each `Senders` opens the file for itself, as every process does."""
    processes = [Senders(tmp_path / "sent", b"s") for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        own = list(pool.map(lambda n: processes[n % 4].may_send("10.0.0.1"), range(40)))
        all_ = list(pool.map(lambda n: processes[n % 4].may_send(f"10.1.{n}"), range(400)))
    assert sum(own) == PER_HOUR and sum(own) + sum(all_) == ALL_PER_HOUR
    written = (tmp_path / "sent").read_bytes()
    assert b"10.1" not in written and len(written) == ALL_PER_HOUR * 16
    assert (tmp_path / "sent").stat().st_mode & 0o077 == 0


def test_a_torn_count_and_another_boot_are_borne(tmp_path: Path) -> None:
    path = tmp_path / "sent"
    assert Senders(path, b"s", clock=lambda: 1e9).may_send("10.0.0.1")
    path.write_bytes(path.read_bytes() + b"torn")
    senders = Senders(path, b"s", clock=lambda: 5.0)
    assert [senders.may_send("10.0.0.1") for _ in range(4)] == [True] * PER_HOUR + [False]


def token(site: PublicSite) -> str:
    found = re.search(r'name="token" value="([^"]+)"', ask(site, "/").text)
    assert found
    return found[1]


def report(site: PublicSite, **fields: str) -> int:
    form = {"figure": "ENV-02", "text": "不对", "token": token(site), **fields}
    return ask(site, "/report", method="POST", body=urlencode(form).encode()).status


def test_a_report_is_filed_and_floods_and_forgeries_are_not(
    public_site: PublicSite, house: Settings
) -> None:
    (house.data_dir / SENT).unlink(missing_ok=True)  # what other tests have sent
    forged = token(public_site)
    forged = forged[:-1] + ("0" if forged[-1] != "0" else "1")
    assert report(public_site, token=forged) == report(public_site, token="") == 400
    assert report(public_site, text=" ") == report(public_site, figure="<b>") == 400
    assert [report(public_site) for _ in range(PER_HOUR + 1)] == [200] * PER_HOUR + [429]
    answer = ask(public_site, "/report", method="POST", body=b"x", sec_fetch_site="cross-site")
    assert answer.status == 403
    store = open_public(house)
    with store.read() as conn:
        filed = [(row.figure, row.text) for row in conn.execute(select(public_reports))]
    store.close()
    assert filed.count(("ENV-02", "不对")) == PER_HOUR
