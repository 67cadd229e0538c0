"""Notes under a chart: who wrote what about which span, and the form of those who may write."""

from dashboard.components import mark
from dashboard.components.light import Node, el
from dashboard.components.period import Period
from dashboard.components.times import stamp
from dashboard.components.view import View
from data_access.series.notes import LONGEST_TEXT, WRITERS, Note, may_withdraw
from domain.actor import Actor
from domain.clock import HOUR_MS

DRAFT = "sign-note-draft"  # the store that a form's fields go to; callbacks/sign.py acts on it


def note_list(
    view: View,
    notes: tuple[Note, ...],
    actor: Actor,
    period: Period,
    said: str | None,
    now_ms: int,
) -> list[Node]:
    """The section; `said` is what became of the last thing the reader wrote."""
    body: list[Node] = [el("h2", view.text("note.title"), el("small", str(len(notes))))]
    if said is not None:
        body.append(el("p", said, cls="note-said", role="status"))
    if notes:
        body.append(
            el("ol", *(_note(view, n, actor, period, now_ms) for n in notes), cls="note-list")
        )
    else:
        body.append(el("p", view.text("note.none"), cls="desk-note"))
    if actor.role in WRITERS:
        body.append(_form(view, period, turn=str(max((n.id for n in notes), default=0))))
    return body


def _note(view: View, note: Note, actor: Actor, period: Period, now_ms: int) -> Node:
    zone = period.zone

    def at(ms: int) -> str:
        return stamp(ms, now_ms, zone)

    gone = note.withdrawn_at is not None
    about = view.text("note.by", author=note.author, time=at(note.created_at))
    span = f"{at(note.from_ms)} – {at(note.to_ms)}"
    parts: list[Node] = [
        el("span", span, cls="note-span"),
        el("del" if gone else "span", note.text, cls="note-text"),
        el("small", about),
    ]
    if note.withdrawn_at is not None:
        who = note.withdrawn_by or mark.DASH
        parts.append(el("small", view.text("note.withdrawn", who=who, time=at(note.withdrawn_at))))
    if may_withdraw(actor, note):
        parts.append(
            el(
                "form",
                el("input", type="hidden", name="withdraw", value=str(note.id)),
                el("button", view.text("note.withdraw"), type="submit"),
                data_sets=DRAFT,
            )
        )
    return el("li", *parts, id=f"note-{note.id}")


def _form(view: View, period: Period, turn: str) -> Node:
    """Empty again after every note that was taken: `turn` changes with it."""
    last_hour = max(period.from_ms, period.to_ms - HOUR_MS)
    ends = (("from", last_hour), ("to", period.to_ms))
    fields = [
        el(
            "label",
            view.text(f"period.{name}"),
            el(
                "input",
                type="datetime-local",
                name=f"note-{name}",
                value=period.local(ms),
                required=True,
            ),
        )
        for name, ms in ends
    ]
    text = el(
        "textarea",
        name="note-text",
        rows=2,
        maxlength=LONGEST_TEXT,
        required=True,
        placeholder=view.text("note.placeholder"),
        aria_label=view.text("note.text"),
    )
    send = el("button", view.text("note.add"), type="submit")
    return el("form", text, *fields, send, cls="note-form", data_sets=DRAFT, data_turn=turn)
