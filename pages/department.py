"""`/department/<code>`: a department's signs, its open alerts, its place among its peers."""

from dashboard.desks.department.page import SPEC
from dashboard.desks.layout import register_page

register_page(__name__, SPEC)
