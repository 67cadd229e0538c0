"""`/episodes`: the alarm log (告警记录), filtered by its address and read page by page."""

from dashboard.desks.episodes.page import SPEC
from dashboard.desks.layout import register_page

register_page(__name__, SPEC)
