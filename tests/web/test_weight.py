"""What a page costs on the wire: every script that its HTML names, as the server packs it."""

import re
from hashlib import blake2b

import brotli
import pytest

from dashboard.live.statics import QUALITY
from data_access.settings import ROOT
from domain.actor import Role
from tests.web.site import Site

LIMIT = 450_000  # bytes of script, the answers' own heads not counted
LOADED_LATER = 12_000  # what dash-leaflet asks for once the map stands
HEADS = 500  # an answer's own head, at the most


@pytest.mark.parametrize("path", ["/screen", "/rankings"])
def test_the_scripts_of_a_page(shared_site: Site, path: str) -> None:
    leader = shared_site.person(Role.LEADER)
    page = leader.get(path).get_data(as_text=True)
    named = re.findall(r'<script src="([^"]+)"', page)
    own = [src for src in named if src.startswith("/assets/")]
    assert len(own) == 1 and len(named) < 16
    assert not [src for src in named if "dash_table" in src or "plotly" in src]
    sizes = {}
    for src in named:
        answer = leader.get(src)
        assert answer.status_code == 200, src
        sizes[src] = len(brotli.compress(answer.get_data(), quality=QUALITY)) + HEADS
    assert sum(sizes.values()) + LOADED_LATER < LIMIT, sorted(sizes.items(), key=lambda s: -s[1])[
        :9
    ]


def test_the_tab_has_our_sign_and_asks_nobody_for_it(shared_site: Site) -> None:
    for answer in (
        shared_site.person(Role.LEADER).get("/screen"),
        shared_site.stranger().get("/login"),
    ):
        page = answer.get_data(as_text=True)
        assert page.count('rel="icon"') == 1
        assert '<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,%3Csvg' in page


def test_one_file_holds_all_our_own_in_their_order(shared_site: Site) -> None:
    leader = shared_site.person(Role.LEADER)
    page = leader.get("/screen").get_data(as_text=True)
    for kind in ("js", "css"):
        named = re.findall(rf'(?:src|href)="(/assets/[^"]+{kind}[^"]*)"', page)
        assert len(named) == 1
        address, _, digest = named[0].partition("?m=")
        body = leader.get(named[0]).get_data()
        assert blake2b(body, digest_size=8).hexdigest() == digest
        files = sorted((ROOT / "assets" / kind).rglob(f"*.{kind}"))
        at = [body.index(file.read_bytes()) for file in files]
        assert len(files) > 15 and at == sorted(at)
        assert shared_site.stranger().get(address).status_code in (302, 401)
