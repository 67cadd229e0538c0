"""The HTML around Dash: language and theme stand on <html> before the first script runs."""

from typing import Any

import dash
from flask import request

from dashboard.bundle import Bundles
from dashboard.desks.title import markup_title
from dashboard.security.themes import theme
from dashboard.words.icon import ICON_URI
from dashboard.words.labels import language

LANG_TAGS = {"zh": "zh-CN", "en": "en"}
_INDEX = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="{ICON}">
{%css%}
</head>
<body>
{%app_entry%}
<footer hidden>
{%config%}
{%scripts%}
{%renderer%}
</footer>
</body>
</html>"""


class YipingDash(dash.Dash):
    """Dash with our index page; it tells nobody which Python and which Dash answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.index_string = _INDEX.replace("{ICON}", ICON_URI)
        self._bundles = Bundles()
        self._bundles.serve_on(self.server)

    def interpolate_index(self, *args: Any, **kwargs: Any) -> str:
        """The index for the present request's `?lang=` and `?theme=`."""
        kwargs["title"] = markup_title() or kwargs.get("title", "")
        page: str = super().interpolate_index(*args, **kwargs)  # type: ignore[no-untyped-call]
        return page.replace('<html lang="zh-CN">', _html_tag(), 1)

    def _generate_scripts_html(self) -> str:
        """Without Dash's own table, which nothing here uses: 9 kB on the wire of every page."""
        scripts: str = super()._generate_scripts_html()
        used = (line for line in scripts.splitlines() if "/dash_table/" not in line)
        return self._bundles.gather("js", "\n".join(used))

    def _generate_css_dist_html(self) -> str:
        styles: str = super()._generate_css_dist_html()  # type: ignore[no-untyped-call]
        return self._bundles.gather("css", styles)

    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = super()._config()  # type: ignore[no-untyped-call]
        return {**config, "python_version": "", "dash_version": ""}


def _html_tag() -> str:
    lang = LANG_TAGS[language(request.args.get("lang"))]
    chosen = theme(request.args.get("theme"), request.path)
    return f'<html lang="{lang}"' + (f' data-theme="{chosen}">' if chosen else ">")
