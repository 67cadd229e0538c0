"""gunicorn's configuration: `gunicorn -c dashboard/gunicorn_conf.py app:server`.

Read by gunicorn as a file, so every plain name below is one of its settings.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dashboard.supervisor.loan import listening
from dashboard.wire.limits import FEW, allow_files, limits
from data_access.settings import load_settings

os.umask(0o077)
_settings = load_settings()
try:
    allow_files()  # a viewer is a file descriptor
except ValueError as _fault:
    print(_fault, file=sys.stderr)
    sys.exit(2)
if limits().pool < FEW:
    print(f"ulimit -n: a web process holds {limits().pool} connections at most", file=sys.stderr)

_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host
bind = listening() or f"{_host}:{_settings.port}"
workers = _settings.web_workers
worker_class = "dashboard.wire.worker.Worker"
worker_connections = limits().pool
backlog = 4096
control_socket_disable = True
preload_app = False  # each worker patches itself for gevent first, then builds its own parts
timeout = 60  # a worker whose loop is stuck for so long is replaced
graceful_timeout = 5  # the supervisor waits seven seconds
keepalive = 75
loglevel = _settings.log_level.lower()
proc_name = "yiping-web"
