"""`/signs`: every vital sign of the city, as a table or as small multiples."""

from dashboard.desks.layout import register_page
from dashboard.desks.signs.page import SPEC

register_page(__name__, SPEC)
