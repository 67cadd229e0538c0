"""`/sources`: who reports, how lately, and what could not be accepted."""

from dashboard.desks.layout import register_page
from dashboard.desks.sources.page import SPEC

register_page(__name__, SPEC)
