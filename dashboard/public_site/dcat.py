"""`datasets.json`: the data sets as DCAT-AP in JSON-LD, for portals that harvest catalogues.

The context stands in the document itself, so that reading it asks nobody else. Every address in it
is whole when `base` is.
"""

from typing import Any

from dashboard.public_site.sheets import TYPES
from dashboard.words.labels import label
from domain.catalogue import Catalogue
from domain.publication import Publication
from domain.text import LANGUAGES

Json = dict[str, Any]
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_EU = "http://publications.europa.eu/resource/authority/"
_MEDIA = "https://www.iana.org/assignments/media-types/"
TABLES: dict[str, tuple[str, bool]] = {  # how often renewed, whether it is asked by dates
    "signs": ("UPDATE_CONT", False),
    "days": ("DAILY", True),
    "weeks": ("WEEKLY", True),
    "streets": ("DAILY", True),
}


def _link(name: str) -> Json:
    return {"@id": name, "@type": "@id"}


def _texts(name: str) -> Json:
    return {"@id": name, "@container": "@language"}


CONTEXT: Json = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "Catalog": "dcat:Catalog",
    "Dataset": "dcat:Dataset",
    "Distribution": "dcat:Distribution",
    "Agent": "foaf:Agent",
    "id": "@id",
    "type": "@type",
    "title": _texts("dct:title"),
    "description": _texts("dct:description"),
    "name": _texts("foaf:name"),
    "fn": "vcard:fn",
    "identifier": "dct:identifier",
    "spatial": "dct:spatial",
    "place": "dct:identifier",
    "label": _texts("http://www.w3.org/2004/02/skos/core#prefLabel"),
    "publisher": _link("dct:publisher"),
    "contactPoint": "dcat:contactPoint",
    "license": _link("dct:license"),
    "rules": _link("dct:accessRights"),
    "language": _link("dct:language"),
    "homepage": _link("foaf:homepage"),
    "accrualPeriodicity": _link("dct:accrualPeriodicity"),
    "theme": _link("dcat:theme"),
    "schema": _link("dct:conformsTo"),
    "landingPage": _link("dcat:landingPage"),
    "dataset": "dcat:dataset",
    "distribution": "dcat:distribution",
    "accessURL": _link("dcat:accessURL"),
    "downloadURL": _link("dcat:downloadURL"),
    "mediaType": _link("dcat:mediaType"),
}


def catalogue_of(catalogue: Catalogue, rules: Publication, base: str, home: str) -> Json:
    """The catalogue with its sets and their files.

    `base` is where the files lie and `home` the page for people: whole addresses, or relative to
    the document where nobody knows where it will be served.
    """
    publisher = f"{base}datasets.json#publisher"
    names = {lang: catalogue.name.of(lang) for lang in LANGUAGES}
    return {
        "@context": CONTEXT,
        "id": f"{base}datasets.json#catalogue",
        "type": "Catalog",
        "title": _both("title", names),
        "description": _both("text", names),
        "publisher": {"id": publisher, "type": "Agent", "name": names},
        "license": LICENCE,
        "homepage": home,
        "rules": f"{base}manifest.json",
        "language": [f"{_EU}language/ZHO", f"{_EU}language/ENG"],
        "dataset": [
            _dataset(catalogue, rules, base, home, publisher, code, rhythm)
            for code, (rhythm, _) in TABLES.items()
        ],
    }


def title_of(code: str, lang: str) -> str:
    """What a table is called."""
    return label(f"public.dcat.{code}", lang)


def _both(key: str, names: dict[str, str]) -> dict[str, str]:
    return {lang: label(f"public.dcat.{key}", lang, city=names[lang]) for lang in LANGUAGES}


def _dataset(
    catalogue: Catalogue,
    rules: Publication,
    base: str,
    home: str,
    publisher: str,
    code: str,
    rhythm: str,
) -> Json:
    names = {lang: catalogue.name.of(lang) for lang in LANGUAGES}
    titles = {lang: title_of(code, lang) for lang in LANGUAGES}
    return {
        "id": f"{base}datasets.json#{code}",
        "type": "Dataset",
        "identifier": code,
        "title": titles,
        "description": _both("columns", names),
        "publisher": publisher,
        "contactPoint": {
            "type": "vcard:Organization",
            "fn": rules.contact.en or catalogue.name.en,
        },
        "accrualPeriodicity": f"{_EU}frequency/{rhythm}",
        "theme": f"{_EU}data-theme/GOVE",
        "spatial": {
            "type": "dct:Location",
            "place": catalogue.code,
            "label": names,
        },
        "license": LICENCE,
        "schema": f"{base}openapi.json",
        "landingPage": home,
        "distribution": [
            {
                "id": f"{base}datasets.json#{code}-{kind}",
                "type": "Distribution",
                "title": {lang: f"{title} ({kind})" for lang, title in titles.items()},
                "accessURL": f"{base}{code}.{kind}",
                "downloadURL": f"{base}{code}.{kind}",
                "mediaType": f"{_MEDIA}{media.partition(';')[0]}",
                "license": LICENCE,
            }
            for kind, media in TYPES.items()
        ],
    }
