"""The audit log, as /audit has it in its address."""

from collections.abc import Iterator, Sequence

from dashboard.desks.audit.audit_list import action_name
from dashboard.desks.audit.audit_question import Question
from dashboard.export.ask import Ask
from dashboard.export.document import MAX_ROWS, Document, Kind, Row
from data_access.accounts.audit import count_entries, every_entry
from data_access.store.db import Database


def audit(ask: Ask) -> Document:
    """The rows that fit, newest first; for an admin alone."""
    question, zone = Question.of(ask.given), ask.city.zone
    wanted = question.wanted(ask.services.now_ms, zone)
    counted = count_entries(ask.services.db, ask.actor, wanted, MAX_ROWS)

    def rows(db: Database) -> Iterator[Sequence[Row]]:
        for chunk in every_entry(db, ask.actor, wanted, min(counted, MAX_ROWS)):
            yield [
                (
                    *(e.at, e.who, e.action, action_name(question, e.action), e.object),
                    *(ask.view.text(f"audit.result.{e.result}"), e.address),
                )
                for e in chunk
            ]

    columns = (
        ask.column("instant", Kind.TIME, 20),
        *(ask.column("who", width=24), ask.column("action", width=20)),
        *(ask.column("action_name", width=24), ask.column("object", width=48)),
        *(ask.column("result"), ask.column("address", width=20)),
    )
    facts = ask.marks(
        ask.services.now_ms,
        action=wanted.action,
        who=wanted.who,
        result=wanted.result and ask.view.text(f"audit.result.{wanted.result}"),
        period=f"{ask.when(wanted.from_ms)} – {ask.when(wanted.to_ms)}",
    )
    title, cut = ask.text("title.audit"), counted > MAX_ROWS
    return Document("audit", title, columns, rows, min(counted, MAX_ROWS), cut, facts)
