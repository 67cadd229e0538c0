"""One command that owns every process of one machine: start, watch, restart, stop."""

from dashboard.supervisor.child import Command
from dashboard.supervisor.run import Supervisor, Trouble

__all__ = ["Command", "Supervisor", "Trouble"]
