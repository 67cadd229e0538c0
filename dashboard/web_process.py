"""A web process until it is gunicorn: the master loads the code, its workers fork from it."""

import gc
import importlib
import pkgutil
import sys

from dashboard.supervisor.loan import listening, wait_at_gate
from data_access.settings import ROOT

_NEEDED = ("factory", "live.lane", "public_site.front", "house.services")


def load(callbacks: str) -> None:
    """Import what each worker needs, `callbacks` (a package) too; return when the stores stand.

    The process has been patched for gevent before anything else was imported.
    """
    package = importlib.import_module(callbacks)
    for found in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{callbacks}.{found.name}")
    for name in _NEEDED:
        importlib.import_module(f"dashboard.{name}")
    wait_at_gate()


def is_lent() -> bool:
    """Whether a supervisor has prepared the start and lends us the socket."""
    return listening() is not None


def serve(server: str) -> int:
    """Become gunicorn's master for the WSGI callable `server` (`module:name`)."""
    from gunicorn.app.wsgiapp import WSGIApplication

    config = ROOT / "dashboard" / "gunicorn_conf.py"
    ours = sys.argv
    sys.argv = ["gunicorn", "--pythonpath", str(ROOT), "-c", str(config), server]
    master = WSGIApplication("%(prog)s")
    sys.argv = ours  # with these it starts itself again on SIGUSR2
    gc.freeze()  # the workers' collectors leave alone what they share
    master.run()
    return 0
