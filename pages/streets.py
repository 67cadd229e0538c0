"""`/streets`: every street, town and special area, how it stands, and where it lies."""

from dashboard.desks.layout import register_page
from dashboard.desks.streets.page import SPEC

register_page(__name__, SPEC)
