"""The ledger of terms: what the engine has found in the catalogue at its starts, since when."""

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from data_access.caching.cache import uncached
from data_access.series import rollups
from data_access.store.db import Database
from data_access.store.tables import terms
from domain.catalogue import Catalogue
from domain.sign import Sign
from domain.terms import Ledger, Name, NameTerms, SignTerms
from domain.text import LANGUAGES, Text

log = logging.getLogger("yiping.engine")
_KINDS = ("sign", "place", "department")
_Row = tuple[str, str, str]
"""kind, code, body"""


@uncached("a write")
def remember_terms(db: Database, catalogue: Catalogue, now_ms: int) -> bool:
    """Write down what stands otherwise in the catalogue than before; True on a store without any.

    What a store meets for the first time holds for all the time before too.
    """
    with db.write() as conn:
        before = _newest(conn)
        changed = [
            (kind, code, now_ms if (kind, code) in before else 0, body)
            for kind, code, body in _rows(Ledger.of(catalogue))
            if before.get((kind, code)) != body
        ]
        db.upsert(conn, terms, changed)
        if not before:
            rollups.carry_slow(conn, catalogue)
    return not before


def read_ledger(
    conn: Connection, catalogue: Catalogue, codes: Collection[str] | None = None
) -> Ledger:
    """The ledger of the store, of `codes` alone where some are given.

    `catalogue` lends fields that a sign of then did not have.
    """
    found: dict[str, dict[str, list[Any]]] = {kind: defaultdict(list) for kind in _KINDS}
    spare = _told(catalogue.signs[0])
    query = select(terms).order_by(terms.c.since)
    if codes is not None:
        query = query.where(terms.c.code.in_(codes))
    for kind, code, since, body in conn.execute(query):
        told = json.loads(body)
        if kind == "sign":
            made = _sign(code, catalogue, {**spare, **told["sign"]})
            if made is not None:
                found[kind][code].append(SignTerms(since, made, told["shares"]))
        elif kind in found:
            name = Text(zh=told["zh"], en=told["en"])
            short = Text(zh=told["short_zh"], en=told["en"])
            found[kind][code].append(NameTerms(since, Name(name, short)))
    return Ledger(*(found[kind] for kind in _KINDS))


@uncached("of a page's codes alone")
def terms_of(db: Database, catalogue: Catalogue, codes: Collection[str]) -> Ledger:
    """What these signs and places, and every department, were called and are."""
    owners = [d.code for d in catalogue.departments]
    with db.read() as conn:
        return read_ledger(conn, catalogue, {*codes, *owners})


def _newest(conn: Connection) -> dict[tuple[str, str], str]:
    rows = conn.execute(select(terms).order_by(terms.c.since))
    return {(kind, code): body for kind, code, _, body in rows}


def _rows(ledger: Ledger) -> Iterator[_Row]:
    for code, (mine,) in ledger.signs.items():
        body = {"sign": _told(mine.sign), "shares": dict(mine.shares)}
        yield "sign", code, _text(body)
    for kind, named in (("place", ledger.places), ("department", ledger.departments)):
        for code, (entry,) in named.items():
            name, short = entry.name
            yield kind, code, _text({"zh": name.zh, "en": name.en, "short_zh": short.zh})


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _told(sign: Sign) -> dict[str, Any]:
    """A sign as the ledger keeps it: its texts lie flat, named as in the catalogue's file."""
    told: dict[str, Any] = msgspec.to_builtins(sign)
    for name in ("name", "short", "basis"):
        text = told.pop(name)
        told |= {f"{name}_{lang}": words for lang, words in text.items()}
    shown, one, by = (told.pop(n) for n in ("measured_in", "measured_in_one", "denominator"))
    levels, rule, _ = told.pop("value_labels"), told.pop("rule"), told.pop("numerator")
    return {
        **told,
        "district_rule": rule,
        "unit": shown["zh"],
        "unit_en": shown["en"],
        "unit_one_en": one["en"],
        "weight_by": by["zh"] or None,
        "weight_by_en": by["en"] or None,
        **{f"value_labels_{lang}": [level[lang] for level in levels] for lang in LANGUAGES},
    }


def _untold(told: dict[str, Any]) -> dict[str, Any]:
    """The fields of a sign, from what the ledger keeps of it. KeyError for what is not there."""
    fields = dict(told)
    for name in ("name", "short", "basis"):
        fields[name] = {lang: fields.pop(f"{name}_{lang}") for lang in LANGUAGES}
    fields["measured_in"] = {"zh": fields.pop("unit"), "en": fields.pop("unit_en")}
    fields["measured_in_one"] = {"zh": "", "en": fields.pop("unit_one_en")}
    by, by_en = fields.pop("weight_by"), fields.pop("weight_by_en")
    fields["denominator"] = {"zh": by or "", "en": by_en or ""}
    fields["rule"] = fields.pop("district_rule")
    levels = zip(fields.pop("value_labels_zh"), fields.pop("value_labels_en"), strict=False)
    fields["value_labels"] = [{"zh": zh, "en": en} for zh, en in levels]
    return fields


def _sign(code: str, catalogue: Catalogue, told: dict[str, Any]) -> Sign | None:
    try:
        return msgspec.convert(_untold(told), Sign)
    except msgspec.ValidationError as fault:  # written by another version of this product
        log.warning("the terms of %s cannot be read: %s", code, fault)
        return catalogue.sign.get(code)
