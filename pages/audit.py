"""`/audit`: who did, saw, exported and was refused what; for administrators."""

from dashboard.desks.audit.page import SPEC
from dashboard.desks.layout import register_page

register_page(__name__, SPEC)
