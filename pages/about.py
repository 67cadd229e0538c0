"""`/about`: how the figures come about, what is fact and what is assumed."""

from dashboard.desks.layout import register_page
from dashboard.desks.method.page import SPEC

register_page(__name__, SPEC)
