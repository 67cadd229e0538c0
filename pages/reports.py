"""`/reports`: what people wrote on the public page about its figures."""

from dashboard.desks.layout import register_page
from dashboard.desks.reports.page import SPEC

register_page(__name__, SPEC)
