"""`/index`: the index of the district, all that was taken off it, and its course."""

from dashboard.desks.index.page import SPEC
from dashboard.desks.layout import register_page

register_page(__name__, SPEC)
