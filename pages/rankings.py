"""`/rankings`: streets, towns, areas and departments side by side, fairly."""

from dashboard.desks.layout import register_page
from dashboard.desks.rankings.page import SPEC

register_page(__name__, SPEC)
