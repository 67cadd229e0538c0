"""What the page router shows for a path that is no page, inside the frame."""

from dashboard.desks.layout import register_page
from dashboard.desks.not_found.page import SPEC

register_page(__name__, SPEC)
