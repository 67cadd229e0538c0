"""`/street/<code>`: one street, town or special area: why it is as it is, and all its signs."""

from dashboard.desks.layout import register_page
from dashboard.desks.street.page import SPEC

register_page(__name__, SPEC)
