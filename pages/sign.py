"""`/sign/<code>`: one vital sign: now, why, its course, the streets, its definition."""

from dashboard.desks.layout import register_page
from dashboard.desks.sign.page import SPEC

register_page(__name__, SPEC)
