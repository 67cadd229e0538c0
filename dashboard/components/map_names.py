"""Names on a drawn map: each where it lies on no other name and on no mark, or left out."""

from collections.abc import Mapping

from dashboard.components.light import Node, el

Point = tuple[float, float]
Frame = tuple[float, float, float, float]  # left, top, right, bottom on the drawing
CLOSE_UP_PX = 250  # about how wide a close-up is shown
NAME_PX = 13
INSET_PX = 300  # about how wide the inset is shown
INSET_MARK = 5  # half the size of a mark there


def names_inside(
    spots: Mapping[str, tuple[float, float]],
    names: Mapping[str, str],
    frame: Frame,
    chosen: str,
) -> list[Node]:
    """Names that lie whole inside the frame and on no other name, the chosen place first."""
    unit = (frame[2] - frame[0]) / CLOSE_UP_PX
    taken: list[Frame] = []
    texts: list[Node] = []
    for code, (x, y) in spots.items():
        half, tall = _ems(names.get(code, "")) * NAME_PX * unit / 2, 0.8 * NAME_PX * unit
        box = (x - half, y - tall, x + half, y + tall)
        if not _within(box, frame) or any(meet(box, other) for other in taken):
            continue
        taken.append(box)
        cls = "street-name street-name-chosen" if code == chosen else "street-name"
        texts.append(_name(names[code], x, y, unit, cls))
    return texts


def _name(text: str, x: float, y: float, unit: float, cls: str) -> Node:
    move = f"translate({x:.1f} {y:.1f}) scale({unit:.4f})"
    return el("text", text, cls=cls, transform=move, text_anchor="middle")


def _within(box: Frame, frame: Frame) -> bool:
    left_and_top = box[0] >= frame[0] and box[1] >= frame[1]
    return left_and_top and box[2] <= frame[2] and box[3] <= frame[3]


def _ems(text: str) -> float:
    """Width of a text in ems: a Chinese character is one, a Latin one a bit more than half."""
    return sum(1.0 if ord(character) >= 0x2E80 else 0.58 for character in text)


def meet(a: Frame, b: Frame) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def names_beside(
    spots: Mapping[str, Point], names: Mapping[str, str], frame: Frame, unit: float
) -> list[Node]:
    """Names below, above or beside the marks at `spots`, on no other name and on no mark."""
    mark, tall = (INSET_MARK + 1) * unit, 0.62 * NAME_PX * unit
    taken = [(x - mark, y - mark, x + mark, y + mark) for x, y in spots.values()]
    texts: list[Node] = []
    for code, (x, y) in spots.items():
        half = _ems(names.get(code, "")) * NAME_PX * unit / 2
        up, out = mark + tall, mark + half + 2 * unit
        for cx, cy in ((x, y + up), (x, y - up), (x + out, y), (x - out, y)):
            box = (cx - half, cy - tall, cx + half, cy + tall)
            if _within(box, frame) and not any(meet(box, other) for other in taken):
                taken.append(box)
                texts.append(_name(names[code], cx, cy, unit, "street-name"))
                break
    return texts
