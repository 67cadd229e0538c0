"""Which versions of cut-offs judged signs over a stretch of time: what a receipt names."""

from data_access.caching.cache import cached_query, uncached
from data_access.series.terms import terms_of
from data_access.store.db import Database
from domain.actor import Actor, require_viewer
from domain.catalogue import Catalogue
from domain.scoring.receipt import Receipt, Recipe
from domain.span import Span
from domain.terms import Edition, Ledger


@cached_query(ttl=300, stale_ttl=3600)
def editions(
    db: Database,
    actor: Actor,
    catalogue: Catalogue,
    signs: tuple[str, ...],
    from_ms: int,
    to_ms: int,
) -> dict[str, tuple[Edition, ...]]:
    """By sign the cut-offs in force within [from_ms, to_ms), oldest first, more than one where
    they changed. Round the instants, or nothing is found in the cache.

    Whoever may see the wall may know every sign's cut-offs: the wall shows them.
    """
    require_viewer(actor, "versions of cut-offs")
    told, own = terms_of(db, catalogue, signs), Ledger.of(catalogue)
    found = {}
    for code in signs:
        ledger = told if code in told.signs else own  # before an engine has met the catalogue
        found[code] = ledger.editions(catalogue, code, from_ms, to_ms)
    return {code: listed for code, listed in found.items() if listed}


@uncached("asks for what is kept")
def receipt_editions(
    db: Database, actor: Actor, catalogue: Catalogue, receipt: Receipt, span: Span
) -> dict[str, tuple[Edition, ...]]:
    """The cut-offs behind the lines that a receipt shows, in what has passed of its span.

    Only hours in states rest on cut-offs.
    """
    if receipt.recipe is not Recipe.HOURS:
        return {}
    signs = tuple(line.subject.code for line in receipt.lines)
    reached = max(span.until, span.from_ms + 1)
    return editions(db, actor, catalogue, signs, span.from_ms, reached)
