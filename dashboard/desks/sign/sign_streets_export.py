"""The table of a sign at every street, town and area, as it stands now."""

from dataclasses import replace

from dashboard.components.picking import known, picked, said_names
from dashboard.export.ask import Ask
from dashboard.export.document import Document
from dashboard.export.meaning import meaning
from dashboard.export.present import kind_name, place_names, value_cells, value_columns
from dashboard.export.targets import row_of, target_cells, target_columns


def sign_streets(ask: Ask) -> Document:
    """One sign at every street, town and area."""
    sign, picture = ask.sign(), ask.picture()
    cells = picture.of_sign(sign.code)
    kind = ask.choice("kind", {s.kind for s in ask.city.streets})
    pick = known(picked(ask.given.get("pick")), cells)
    streets = [
        s for s in ask.city.streets if kind in (None, s.kind) and (not pick or s.code in pick)
    ]
    targets = target_cells(ask, picture, tuple(s.code for s in streets), [sign])
    columns = (
        *(ask.column("place_code"), ask.column("place", width=22), ask.column("kind")),
        *(*value_columns(ask, sign.decimals), *target_columns(ask, targets)),
    )
    rows = [
        (
            *(s.code, ask.place_name(s.code), kind_name(ask, s.kind)),
            *(*value_cells(ask, sign, cells.get(s.code)), *row_of(targets, s.code, sign.code)),
        )
        for s in streets
    ]
    facts = ask.marks(
        picture.as_of,
        sign=ask.sign_name(sign.code),
        kind=kind and kind_name(ask, kind),
        pick=said_names(ask.view, place_names(ask), pick),
    )
    demo = any(cell.demo for cell in cells.values())
    made = ask.short("sign-streets", columns, rows, facts, meaning(ask, [sign]), demo=demo)
    return replace(made, picked=len(pick))
