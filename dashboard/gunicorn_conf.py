"""gunicorn's configuration: `gunicorn -c dashboard/gunicorn_conf.py app:server`.

Read by gunicorn as a file, so every plain name below is one of its settings.
"""

import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dashboard.supervisor.loan import listening
from data_access.settings import load_settings

_settings = load_settings()
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
_wanted = 65_536 if _hard == resource.RLIM_INFINITY else min(65_536, _hard)
if _soft != resource.RLIM_INFINITY and _soft < _wanted:  # a viewer is a file descriptor
    resource.setrlimit(resource.RLIMIT_NOFILE, (_wanted, _hard))

_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host
bind = listening() or f"{_host}:{_settings.port}"
workers = _settings.web_workers
worker_class = "dashboard.live.worker.Worker"
worker_connections = min(25_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 512)
backlog = 4096
control_socket_disable = True
preload_app = False  # each worker patches itself for gevent first, then builds its own parts
timeout = 60  # a worker whose loop is stuck for so long is replaced
graceful_timeout = 5  # the supervisor waits seven seconds
keepalive = 75
loglevel = _settings.log_level.lower()
proc_name = "yiping-web"
