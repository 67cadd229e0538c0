"""`/screen`: the wall."""

from dashboard.desks.layout import register_page
from dashboard.desks.screen.page import SPEC

register_page(__name__, SPEC)
