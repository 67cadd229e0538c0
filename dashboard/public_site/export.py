"""`python app.py export-public DIR`: the whole public site as files that work on their own."""

import sys
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import msgspec

from dashboard.public_site.dcat import catalogue_of
from dashboard.public_site.described import openapi
from dashboard.public_site.files import sitemap
from dashboard.public_site.links import Where, Written, file_name
from dashboard.public_site.site import PublicSite
from data_access.catalogue.loader import load_catalogue
from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.clock import utc_now
from domain.text import LANGUAGES

ASSETS = ("public.css", "icon.svg", "card.png")
TABLES = ("signs", "days", "weeks", "streets")
DOCUMENTS = ("datasets", "manifest", "corrections", "openapi")
MARK = ".yiping-export"


def export(settings: Settings, folder: Path) -> int:
    """Write the newest publication to `folder`; 1 when there is none or the folder is in use."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
        print(f"{folder}: not empty, and no earlier export", file=sys.stderr)
        return 1
    catalogue = load_catalogue(settings.city)
    site = PublicSite(settings, catalogue, utc_now)
    try:
        files = write(site, catalogue, folder, settings.public_origin or "")
    finally:
        site.close()
    if not files:
        print("nothing has been published yet", file=sys.stderr)
        return 1
    print(f"{folder}: {files} files")
    return 0


def write(site: PublicSite, catalogue: Catalogue, folder: Path, origin: str = "") -> int:
    """Write every page, asset and download; how many files, 0 without a publication.

    `origin`: where the files will be served, for what needs whole addresses.
    """
    site.feed.look()
    now = site.seen()
    if now is None:
        return 0
    count = 0
    for name in ("public", "data/signs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("")
    for where in pages(catalogue, now.signs):
        html = site.renderer.page(where, Written(where), now)
        if html is not None:
            (folder / file_name(where)).write_text(html, encoding="utf-8")
            count += 1
    for name in ASSETS:
        found = site.files.body(f"/public/{name}")
        if found is not None:
            (folder / "public" / name).write_bytes(found[1])
            count += 1
    for name in downloads(now.signs):
        (folder / "data" / name).write_bytes(_download(site, catalogue, name, origin))
        count += 1
    if origin:
        whole = sitemap(catalogue, lambda where: f"{origin}/{file_name(where)}")
        (folder / "sitemap.xml").write_bytes(whole)
        count += 1
    return count


def _download(site: PublicSite, catalogue: Catalogue, name: str, origin: str) -> bytes:
    """A download; what describes the others names them as they lie in the folder."""
    match name:
        case "datasets.json":
            base, home = (f"{origin}/data/", f"{origin}/") if origin else ("", "../index.html")
            return msgspec.json.encode(catalogue_of(catalogue, site.data.rules, base, home))
        case "openapi.json":
            return msgspec.json.encode(openapi(catalogue, "/", served=False))
    return site.data.body(name)[1]


def pages(catalogue: Catalogue, signs: Iterable[str]) -> Iterator[Where]:
    """Every page in every language and size."""
    for lang, large in product(LANGUAGES, (False, True)):
        yield Where("home", lang=lang, large=large)
        yield Where("method", lang=lang, large=large)
        for street in catalogue.streets:
            yield Where("home", street=street.code, lang=lang, large=large)
        for code in signs:
            yield Where("figure", code=code, lang=lang, large=large)


def downloads(signs: Iterable[str]) -> Iterator[str]:
    """Every download by its name below /api/v1/public/."""
    for table, kind in product(TABLES, ("csv", "json", "xlsx")):
        yield f"{table}.{kind}"
    for name in DOCUMENTS:
        yield f"{name}.json"
    for code, kind in product(signs, ("csv", "json")):
        yield f"signs/{code}.{kind}"
