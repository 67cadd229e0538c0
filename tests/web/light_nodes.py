"""Light elements as a reader sees them: their words, and elements found by class or attribute."""

from collections.abc import Iterator
from typing import Any


def is_element(node: Any) -> bool:
    """Whether a node is an element and not text or a list of nodes."""
    return isinstance(node, list) and len(node) > 1 and isinstance(node[1], dict)


def words(node: Any) -> str:
    """All text of a node or of a list of nodes, a space between elements."""
    if isinstance(node, str):
        return node
    if isinstance(node, dict):
        return " ".join(words(value) for value in node.values())
    return " ".join(words(child) for child in (node[2:] if is_element(node) else node))


def every(node: Any, tag: str | None = None, **attributes: str) -> Iterator[list[Any]]:
    """Elements of that tag and with those attributes (`cls` for a class among others)."""
    if isinstance(node, dict):
        for value in node.values():
            yield from every(value, tag, **attributes)
        return
    if not isinstance(node, list):
        return
    if is_element(node):
        if tag in (None, node[0]) and _fits(node[1], attributes):
            yield node
        children = node[2:]
    else:
        children = node
    for child in children:
        yield from every(child, tag, **attributes)


def one(node: Any, tag: str | None = None, **attributes: str) -> list[Any]:
    """The only such element."""
    found = list(every(node, tag, **attributes))
    assert len(found) == 1, (tag, attributes, len(found))
    return found[0]


def _fits(has: dict[str, str], wanted: dict[str, str]) -> bool:
    for name, value in wanted.items():
        if name == "cls":
            if value not in has.get("class", "").split():
                return False
        elif has.get(name.replace("_", "-")) != value:
            return False
    return True
