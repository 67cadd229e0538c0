"""Hostile requests and bodies against the whole product: no 5xx, no leak, none over two seconds.

`HOSTILE_REQUESTS=1000000 python -m bench hostile` fires a million; the seed decides them.
"""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import time
from collections import Counter
from typing import Any
from urllib.request import Request

from dash._utils import split_callback_id

from bench.hostile_shots import SLOW_S
from bench.product import Product, _opener, eventually, get
from bench.report import SEED, Figure
from dashboard import desks
from data_access.catalogue.loader import load_catalogue
from data_access.settings import ROOT

REQUESTS = int(os.environ.get("HOSTILE_REQUESTS", "20000"))
GUNS = 6
KEPT_BACK = "kept-for-operators-only-7f3a"
DEPARTMENT_HEAD = ("leader", "department", "operator", "admin")


def run() -> list[Figure]:
    """Fire; at about a thousand requests a second."""
    print(f"seed {SEED}, {REQUESTS} requests", flush=True)
    with Product(demo=True, DEMO_DAYS="0.2", DEMO_DATA="/nonexistent") as product:
        about = _about(product)
        file = product.folder / "about.json"
        file.write_text(json.dumps(about))
        began = time.perf_counter()
        told = _fire(str(file))
        seconds = time.perf_counter() - began
        eventually(product.is_ready, 30, "/readyz afterwards", 0.2)
    return [_figure(told, seconds)]


def _fire(file: str) -> list[dict[str, Any]]:
    share = -(-REQUESTS // GUNS)
    guns = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.hostile_shots", str(SEED + n), str(share), file],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        for n in range(GUNS)
    ]
    return [json.loads(gun.communicate()[0]) for gun in guns]


def _about(product: Product) -> dict[str, Any]:
    catalogue = load_catalogue("pudong")
    key = product.key("hostile", "--ingest", "--source", "hostile")
    _keep_secret(product, key)
    accounts = json.loads((product.data_dir / "demo-accounts.json").read_text())
    people: dict[str, Any] = {"": {}}
    for one in accounts:
        if one["role"] in DEPARTMENT_HEAD and one["role"] not in people:
            people[one["role"]] = _person(
                product, product.sign_in(one["username"], one["password"])
            )
    people["screen"] = _person(product, product.wall_cookie())
    street, sign = catalogue.streets[0].code, catalogue.signs[0].code
    department = catalogue.departments[0].code
    pages = [
        path.replace("/sign/<code>", f"/sign/{sign}")
        .replace("/street/<code>", f"/street/{street}")
        .replace("/department/<code>", f"/department/{department}")
        for path in _paths()
    ]
    tables = ("signs", "days", "weeks", "streets")
    public = ["/", "/method", f"/figure/{sign}"]
    public += [f"/api/v1/public/{t}.{k}" for t in tables for k in ("csv", "json")]
    public += [f"/api/v1/public/{n}.json" for n in ("datasets", "manifest", "corrections")]
    exports = [f"/export/{t}.csv" for t in ("signs", "streets", "episodes", "rankings", "sources")]
    return {
        "port": product.port,
        "key": key,
        "people": people,
        "pages": pages,
        "public": public,
        "exports": [*exports, "/export/quarantine.csv", "/export/receipt.csv"],
        "signs": [s.code for s in catalogue.signs],
        "secret": KEPT_BACK,
    }


def _paths() -> list[str]:
    """The address of every page, from the specs that lie in the rooms of the desks."""
    rooms = [room.name for room in pkgutil.iter_modules(desks.__path__) if room.ispkg]
    return [importlib.import_module(f"dashboard.desks.{room}.page").SPEC.path for room in rooms]


def _keep_secret(product: Product, key: str) -> None:
    """A refused reading whose payload only operators may read."""
    row = {
        "source": "hostile",
        "sign": KEPT_BACK,
        "observed_at": "2026-11-23T10:00:00Z",
        "value": 1,
    }
    request = Request(
        f"{product.url}/api/v1/readings",
        json.dumps([row]).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with _opener.open(request, timeout=20) as answer:
        assert len(json.loads(answer.read())["rejected"]) == 1


def _person(product: Product, cookie: str) -> dict[str, Any]:
    """A session with its token and the callbacks that it is told of."""
    _, head, _ = get(f"{product.url}/screen", Cookie=cookie, Accept="text/html")
    token = head["set-cookie"].partition("=")[2].partition(";")[0]
    whole = f"{cookie}; _csrf_token={token}"
    _, _, body = get(f"{product.url}/_dash-dependencies", Cookie=whole)
    entries = [e for e in json.loads(body) if not e.get("clientside_function")]
    callbacks = [
        {
            "output": e["output"],
            "outputs": split_callback_id(e["output"]),
            "inputs": e["inputs"],
            "state": e["state"],
        }
        for e in entries
    ]
    return {"cookie": whole, "token": token, "callbacks": callbacks}


def _figure(told: list[dict[str, Any]], seconds: float) -> Figure:
    kinds: Counter[str] = sum((Counter(t["kinds"]) for t in told), Counter())
    statuses: Counter[str] = sum((Counter(t["statuses"]) for t in told), Counter())
    count, shaped = sum(kinds.values()), sum(t["shaped"] for t in told)
    fives, slow = sum(t["fives"] for t in told), sum(t["slow"] for t in told)
    leaks, slowest = sum(t["leaks"] for t in told), max(t["slowest"] for t in told)
    for one in [bad for t in told for bad in t["bad"]][:20]:
        print(f"  {one}")
    note = (
        f"{count / seconds:.0f}/s; {100 * shaped / count:.0f} % shaped; "
        + ", ".join(f"{name} {n}" for name, n in sorted(kinds.items()))
        + "; answers "
        + ", ".join(f"{status} {n}" for status, n in sorted(statuses.items()))
        + "; 0 = ended without an answer, as junk heads are"
    )
    return Figure(
        name=f"{count} hostile requests, seed {SEED}",
        value=f"{fives} 5xx, {leaks} leaks, {slow} over {SLOW_S:g} s, slowest {slowest:.2f} s",
        promise="0, 0, 0",
        kept=fives == leaks == slow == 0,
        note=note,
    )
