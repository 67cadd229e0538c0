"""Who asks: a person with a role, or a wall that may show one page."""

from collections.abc import Collection
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

    def owns(self, department: str | None, co_departments: Collection[str] = ()) -> bool:
        """Whether the actor may open what a department answers for, and others work on with it.

        A department has its own, whoever else has an account has everybody's, a wall has nothing.
        None: nobody answers for it, so it is no department's.
        """
        if self.role is Role.DEPARTMENT:
            return self.department is not None and self.department in (department, *co_departments)
        return self.role in PEOPLE

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
