"""What stands around the lines of a unit's receipt, from the ranking that it stands in."""

from dashboard.components.view import View
from dashboard.desks.rankings.rank_words import ends
from dashboard.desks.rankings.receipt_panel import Slip
from data_access.scoring.measure import Measure, Standings
from domain.catalogue import Catalogue


def slip_of(view: View, city: Catalogue, measure: Measure, code: str, found: Standings) -> Slip:
    """Whose receipt it is, of when, and where it stands among its peers."""
    row = next((row for row in found.ranking.rows if row.code == code), None)
    others = tuple(
        round(other.value * 100)
        for other in found.ranking.rows
        if other.rank is not None and other.value is not None and other.code != code
    )
    return Slip(
        view=view,
        catalogue=city,
        title="" if row is None else view.name(measure.row_name(city, code)),
        period=ends(found, city.zone),
        standing=row,
        others=others if row is not None and row.rank is not None else (),
    )
