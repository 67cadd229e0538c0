"""Who asks: a person with a role, or a wall that may show one page."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account is for. `screen` is never an account: it is a wall opened by its key."""

    LEADER = "leader"
    DEPARTMENT = "department"
    OPERATOR = "operator"
    ADMIN = "admin"
    SCREEN = "screen"


PEOPLE: tuple[Role, ...] = (Role.LEADER, Role.DEPARTMENT, Role.OPERATOR, Role.ADMIN)


class Forbidden(PermissionError):
    """The actor may not have this; what was asked for is in the message, its content never is."""


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated caller; queries for non-public data take it as an argument."""

    name: str
    role: Role
    department: str | None = None

    @property
    def label(self) -> str:
        """How the audit log names the caller."""
        return f"{self.role}:{self.name}"


def require_viewer(actor: Actor, what: str) -> None:
    """Forbidden, naming `what` was asked for, unless the actor may see the wall."""
    if actor.role not in (*PEOPLE, Role.SCREEN):
        raise Forbidden(what)


def require_person(actor: Actor, what: str) -> None:
    """Forbidden, naming `what` was asked for, unless the actor is somebody with an account."""
    if actor.role not in PEOPLE:
        raise Forbidden(what)
