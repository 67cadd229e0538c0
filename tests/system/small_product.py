"""A supervisor over three tiny services, to see how it treats them: run as a module with
DATA_DIR PORT [stubborn|misconfigured|slow]."""

import sys
from pathlib import Path

from dashboard.supervisor import Command, Supervisor, Trouble

READY = """
import http.server, os, socket
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"{}")
    def log_message(self, *_): pass
os.read(int(os.environ["YIPING_GATE_FD"]), 1)
server = http.server.HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(os.environ["YIPING_LISTEN_FD"]))
os.write(int(os.environ["YIPING_BELL_FD"]), b".")
server.serve_forever()
"""
WORK = "import signal; print('at work', flush=True); signal.pause()"
STUBBORN = (
    "import signal, subprocess, sys\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.run([sys.executable, '-c', 'import signal; signal.pause()'])\n"
)
SLOW = (  # prepares until somebody writes the file `go`
    "import pathlib, sys, time\n"
    "while not (pathlib.Path(sys.argv[1]) / 'go').exists(): time.sleep(0.02)\n"
    "print('prepared')\n"
)
MISCONFIGURED = "import sys; print('LEVEL: must be a number'); sys.exit(2)"


def main(data_dir: str, port: str, kind: str = "") -> int:
    work = {"stubborn": STUBBORN, "misconfigured": MISCONFIGURED}.get(kind, WORK)
    prepare = SLOW if kind == "slow" else "print('prepared')"
    folder = Path(data_dir)
    supervisor = Supervisor(
        data_dir=folder,
        host="127.0.0.1",
        port=int(port),
        valkey_socket=folder / "valkey.sock",
        prepare=Command("prepare", [sys.executable, "-c", prepare, data_dir]),
        services=[
            Command("engine", [sys.executable, "-c", work]),
            Command("web", [sys.executable, "-c", READY], serves=True),
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
