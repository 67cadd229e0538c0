"""A supervisor over three tiny services, to see how it treats them: run as a module with
DATA_DIR PORT [stubborn|misconfigured]."""

import sys
from pathlib import Path

from dashboard.supervisor import Command, Supervisor, Trouble

READY = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"{}")
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
WORK = "import signal; print('at work', flush=True); signal.pause()"
STUBBORN = (
    "import signal, subprocess, sys\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.run([sys.executable, '-c', 'import signal; signal.pause()'])\n"
)
MISCONFIGURED = "import sys; print('LEVEL: must be a number'); sys.exit(2)"


def main(data_dir: str, port: str, kind: str = "") -> int:
    work = {"stubborn": STUBBORN, "misconfigured": MISCONFIGURED}.get(kind, WORK)
    folder = Path(data_dir)
    supervisor = Supervisor(
        data_dir=folder,
        host="127.0.0.1",
        port=int(port),
        valkey_socket=folder / "valkey.sock",
        prepare=Command("prepare", [sys.executable, "-c", "print('prepared')"]),
        services=[
            Command("engine", [sys.executable, "-c", work]),
            Command("web", [sys.executable, "-c", READY, port]),
        ],
        greeting=lambda: "welcome",
    )
    try:
        return supervisor.run()
    except Trouble as trouble:
        print(trouble)
        return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
