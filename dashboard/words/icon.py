"""The product's sign in a browser's tab: one bar on a screen, 一 on 屏. Seen on light and dark."""

from urllib.parse import quote

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28">'
    '<rect x="1" y="3" width="26" height="22" rx="4" fill="#1f5fbf"/>'
    '<path d="M7 14h14" stroke="#fff" stroke-width="3.5"/></svg>'
)
ICON_URI = "data:image/svg+xml," + quote(ICON)
"""The same as an address that asks nobody for anything."""
