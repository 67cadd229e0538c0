"""Our own scripts, and our own styles, as one file each: a page asks twice, not fifty times.

The files stay what they are on disk and at their own addresses; a page's HTML names what they are
together. The address carries a digest of the content, so a browser may keep it for ever.
"""

import re
from hashlib import blake2b
from pathlib import Path

import flask

from dashboard.security.policy import policy
from data_access.settings import ROOT
from domain.actor import Role

PATH = "/assets/together."  # and "js" or "css"
TAGS = {
    "js": '<script src="{href}"></script>',
    "css": '<link rel="stylesheet" href="{href}">',
}
_OWN = re.compile(r'(?:src|href)="/(assets/(js|css)/(?:[\w-]+/)?[\w.-]+\.(?:js|css))\?m=[\d.]+"')
_TYPES = {"js": "text/javascript", "css": "text/css"}


class Bundles:
    """The two files, made when a page first names what is in them."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[str, ...], str, bytes]] = {}  # by kind: of, digest, body

    def gather(self, kind: str, tags: str) -> str:
        """The tags of a page, one a line, with one in place of all that name our own files.

        The order is the one given; other tags keep theirs. OSError when a file is gone.
        """
        lines = [(line, _OWN.search(line)) for line in tags.splitlines()]
        own = [found for _, found in lines if found and found[2] == kind]
        if not own:
            return tags
        tag = TAGS[kind].format(href=f"{PATH}{kind}?m={self._digest(kind, own)}")
        return "\n".join(
            tag if found is own[0] else line for line, found in lines if found not in own[1:]
        )

    def _digest(self, kind: str, own: list[re.Match[str]]) -> str:
        of = tuple(found[0] for found in own)  # with the times of their last change
        if kind not in self._made or self._made[kind][0] != of:
            body = b"\n".join(_body(ROOT / found[1]) for found in own)
            self._made[kind] = of, blake2b(body, digest_size=8).hexdigest(), body
        return self._made[kind][1]

    def serve_on(self, server: flask.Flask) -> None:
        """Add the routes. Before a page has named them the files do not exist: 404."""

        @policy(*Role)
        def together(kind: str) -> flask.Response:
            if kind not in self._made:
                flask.abort(404)
            return flask.Response(self._made[kind][2], mimetype=_TYPES[kind])

        for kind in TAGS:
            rule = f"{PATH}{kind}"
            server.add_url_rule(rule, rule, together, defaults={"kind": kind})


def _body(path: Path) -> bytes:
    return f"/* {path.name} */\n".encode() + path.read_bytes()
