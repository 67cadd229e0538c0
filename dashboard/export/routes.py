"""`GET /export/<table>.csv|.xlsx` with the query of the page: allowed, written down, then sent.

The order is fixed: the roles of the table, the rows' own rule (in data_access), one at a time for
each session, the audit log — and only then the first byte. CSV flows row by row; a workbook is
made on a thread of its own, since it would hold up everybody else of this process for seconds.
"""

import tempfile
from collections.abc import Iterator, Mapping
from typing import IO
from urllib.parse import quote

import flask
from werkzeug.exceptions import Forbidden, MethodNotAllowed, NotFound, TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from dashboard.components.view import View
from dashboard.export.ask import Ask
from dashboard.export.csv_file import csv_pieces
from dashboard.export.document import Document
from dashboard.export.table import Table
from dashboard.export.turns import Turn, Turns
from dashboard.export.xlsx_file import Wording, write_xlsx
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import caller_address, current_session
from dashboard.threads.writer import Writer
from data_access.accounts.audit import Entry, Result, write_audit
from data_access.store.db import Database
from domain.actor import PEOPLE
from domain.actor import Forbidden as NotAllowed

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PIECE = 64 * 1024
WAITING = 4  # workbooks under way or waiting in one process
RETRY_S = 5


def blueprint(services: Services, tables: Mapping[str, Table]) -> flask.Blueprint:
    """The one route; `tables` by their names."""
    routes = flask.Blueprint("export", __name__)
    turns = Turns(services.settings.data_dir / "exports")
    bench = Writer(services.settings, services.db, max_waiting=WAITING)

    @policy(*PEOPLE)
    def export(name: str) -> AnyResponse:
        if flask.request.method == "HEAD":  # it would cost as much, and count as taken away
            raise MethodNotAllowed(["GET"])
        table, _, form = name.rpartition(".")
        if table not in tables or form not in FORMATS:
            raise NotFound("there is no such table")
        turn = turns.take(current_session().id_hash)
        if turn is None:
            raise TooManyRequests("one export at a time", retry_after=RETRY_S)
        try:
            return _answer(services, bench, turn, tables[table], form)
        except BaseException:
            turn.end()
            raise

    routes.add_url_rule("/export/<string:name>", "table", export, methods=["GET"])
    return routes


def _answer(services: Services, bench: Writer, turn: Turn, table: Table, form: str) -> AnyResponse:
    args = flask.request.args
    view = View.of(args.get("lang"), args.get("theme"))
    ask = Ask(services, current_session().actor, view, args)
    document = _allowed(ask, table, form)
    _write_down(ask, document, form)
    zone = services.catalogue.zone
    if form == "csv":
        body = csv_pieces(document, services.db, zone)
    else:
        wording, file = _wording(ask, document), tempfile.TemporaryFile()
        bench.run(lambda db: write_xlsx(document, db, file, wording, zone))
        body = _pieces(file)
    response = flask.Response(_until_sent(body, turn), content_type=FORMATS[form])
    response.headers["Content-Disposition"] = _disposition(ask, document, form)
    response.headers["X-Rows"] = str(document.count)
    response.call_on_close(turn.end)  # also when nobody has begun to read
    return response


def _until_sent(body: Iterator[bytes], turn: Turn) -> Iterator[bytes]:
    """The body; its turn ends before the reader can see that it is whole, and ask again."""
    try:
        yield from body
    finally:
        turn.end()


def _allowed(ask: Ask, table: Table, form: str) -> Document:
    """The table as the caller may have it; a refusal goes to the audit log."""
    try:
        if ask.actor.role not in table.roles:
            raise NotAllowed(f"table {table.name}")
        return _with_facts(ask, table.make(ask))
    except NotAllowed:
        what = f"{table.name}.{form}{_query()}"
        at, who = ask.services.now_ms, ask.actor.label
        ask.services.denials.note(at, who, "denied.export", what, caller_address())
        raise Forbidden() from None


def _write_down(ask: Ask, document: Document, form: str) -> None:
    """The row of the audit log: committed before anything leaves."""
    what = f"{document.name}.{form} {document.count} rows{_query()}"
    entry = Entry(ask.services.now_ms, ask.actor.label, "export", what, Result.OK, caller_address())

    def write(db: Database) -> None:
        with db.write() as conn:
            write_audit(conn, entry)

    ask.services.writer.run(write)


def _with_facts(ask: Ask, document: Document) -> Document:
    """The document with what every one of them says of itself, in front."""
    rows = ask.text("rows", n=f"{document.count:,}")
    if document.cut:
        rows = ask.text("rows.cut", n=f"{document.count:,}")
    own = [
        (ask.text("table"), document.title),
        (ask.text("who"), _who(ask)),
        (ask.text("at"), ask.when(ask.services.now_ms)),
        (ask.text("count"), rows),
    ]
    if document.demo:
        own.append((ask.text("nature"), ask.text("demo")))
    return document.with_facts(*own)


def _wording(ask: Ask, document: Document) -> Wording:
    mark = f" · {ask.text('demo')}" if document.demo else ""
    at = ask.when(ask.services.now_ms)
    return Wording(ask.text("meaning"), f"{_who(ask)} · {at}", document.title + mark)


def _who(ask: Ask) -> str:
    """The reader, as the watermark names them."""
    post = ask.view.text(f"role.{ask.actor.role}")
    office = ask.department_name(ask.actor.department)
    return " · ".join(part for part in (ask.actor.name, post, office) if part)


def _disposition(ask: Ask, document: Document, form: str) -> str:
    """The file's name is its watermark: what, when, whose, whether simulated, whether cut."""
    zone = ask.city.zone
    at = zone.local(ask.services.now_ms).strftime("%Y%m%d-%H%M%S")
    parts = [document.title, at, ask.actor.name]
    if document.demo:
        parts.append(ask.text("demo"))
    if document.picked:
        parts.append(ask.view.text("pick.said", n=document.picked))
    if document.cut:
        parts.append(ask.text("name.cut", n=document.count))
    whole = "_".join("".join(c if c.isalnum() or c in "-." else "-" for c in p) for p in parts)
    plain = f"{document.name}_{at}.{form}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(f'{whole}.{form}')}"


def _query() -> str:
    """The filters as they stood in the address."""
    asked = flask.request.query_string.decode("ascii", "replace")
    return f" ?{asked}" if asked else ""


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
