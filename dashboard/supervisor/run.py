"""The supervisor's loop: one thread, one selector, children started and ended in order."""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from dashboard.supervisor.checks import Trouble, hold_data_dir, ready, write_processes
from dashboard.supervisor.child import Child, Command
from dashboard.supervisor.guard import Watcher
from dashboard.supervisor.loan import Loan
from dashboard.supervisor.lobby import Lobby, listen
from dashboard.supervisor.log import Log
from dashboard.supervisor.valkey import answers, valkey_command

VALKEY_S = 10.0
STOP_WORK_S = 7.0  # for engine, web and demonstration after SIGTERM
STOP_ALL_S = 1.5  # for Valkey after them; then SIGKILL: within 10 s in all
READY_S = 90.0
CONFIG_FAULT = 2  # exit code of a command that will fail the same way again

__all__ = ["Supervisor", "Trouble"]


class Supervisor:
    """Owns the processes of one data directory.

    `prepare` runs once to its end before `services` start, except that what serves is loaded
    meanwhile and waits for it. `later` starts when the product answers: what feeds it must not
    compete with its start. `valkey_socket` is None when a Redis is given. `url` is polled for
    readiness, `greeting` is said when it answers.
    """

    def __init__(
        self,
        *,
        data_dir: Path,
        host: str,
        port: int,
        valkey_socket: Path | None,
        prepare: Command,
        services: Sequence[Command],
        greeting: Callable[[], str],
        later: Callable[[], Sequence[Command]] = tuple,
        host_header: str | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.host, self.port, self.host_header = host, port, host_header
        self.valkey_socket = valkey_socket
        self.prepare, self.services, self.later = prepare, services, later
        self.greeting = greeting
        self.log = Log()
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._signals = 0
        self._exit_code = 0
        self._failed = False

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the product."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def _stopping(self) -> bool:
        return self._signals > 0 or self._failed

    def run(self) -> int:
        """Start everything and stay until stopped; the answer is the exit code."""
        lock, childrens_lock = hold_data_dir(self.data_dir)
        self._lobby = Lobby(listen(self.host, self.port), self._selector)
        self._catch_signals()
        self._watcher = Watcher()
        self._keep = (childrens_lock,)
        began = time.monotonic()
        try:
            self._bring_up(began)
            while not self._stopping:
                self._turn(5.0)
        finally:
            self._lobby.close()
            self._stop()
            self._watcher.close()
            (self.data_dir / "run.json").unlink(missing_ok=True)
            os.close(childrens_lock)
            os.close(lock)
        return self._exit_code

    def _bring_up(self, began: float) -> None:
        """Valkey, what serves and what prepares start side by side, the rest after them."""
        self._lobby.open()
        self._loan = Loan(self._lobby.door, self._selector, self._lobby.shut)
        self._start_valkey()
        for command in self.services:
            if command.serves:
                self._start(Child(command, self._watcher, self._keep, self._loan.lent))
        if not (self._run_prepare() and self._wait_for_valkey()):
            return
        self._lobby.step = "web"
        self._loan.open_gate()
        for command in self.services:
            if not command.serves:
                self._start(Child(command, self._watcher, self._keep))
        self._wait_ready(began)
        if not self._stopping:
            for command in self.later():
                self._start(Child(command, self._watcher, self._keep))

    def _catch_signals(self) -> None:
        wake, self._wake = socket.socketpair()
        for end in (wake, self._wake):
            end.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        self._wake_writer = wake
        self._selector.register(self._wake, selectors.EVENT_READ, self._drain_wake)
        stops = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means it
            stops.append(signal.SIGHUP)
        for signum in stops:
            signal.signal(signum, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only wakes the selector

    def _on_signal(self, signum: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _start_valkey(self) -> None:
        if self.valkey_socket is None:
            return
        try:
            command = Command("valkey", valkey_command(self.valkey_socket))
        except ValueError as fault:
            raise Trouble(str(fault)) from fault
        self._start(Child(command, self._watcher, self._keep))
        self._valkey_deadline = time.monotonic() + VALKEY_S

    def _wait_for_valkey(self) -> bool:
        if self.valkey_socket is None:
            return not self._stopping
        while not answers(self.valkey_socket):
            if self._stopping:
                return False
            if time.monotonic() > self._valkey_deadline:
                raise Trouble(f"the embedded Valkey does not answer on {self.valkey_socket}")
            self._turn(0.02)
        return not self._stopping

    def _run_prepare(self) -> bool:
        child = Child(self.prepare, self._watcher, self._keep)
        self._start(child)
        while child in self._children and not self._stopping:  # it leaves the list when it ends
            self._turn(5.0)
        return not self._stopping

    def _wait_ready(self, began: float) -> None:
        deadline = time.monotonic() + READY_S
        while not self._stopping:
            if self._loan.waits and time.monotonic() < deadline:
                self._turn(0.2)  # nobody but ourselves would answer
                continue
            ok, said = ready(self.url, self.host_header)
            if ok:
                seconds = time.monotonic() - began
                self.log.say(f"ready after {seconds:.1f} s: {self.url}")
                for line in self.greeting().splitlines():
                    self.log.say(line)
                return
            if time.monotonic() > deadline:
                self.log.say(f"not ready after {READY_S:.0f} s; {self.url}/readyz says: {said}")
                return
            self._turn(0.2)

    def _start(self, child: Child) -> None:
        if child not in self._children:
            self._children.append(child)
        try:
            child.start()
        except OSError as fault:  # out of memory or processes: that may pass
            delay = child.plan_restart()
            self.log.say(f"{child.name} cannot be started: {fault}; once more in {delay:g} s")
            return
        self._selector.register(child.output, selectors.EVENT_READ, self._pumping(child))
        self._note_processes()

    def _note_processes(self) -> None:
        running = {c.name: c.pid for c in self._children if c.pid is not None}
        try:
            write_processes(self.data_dir / "run.json", {"supervisor": os.getpid(), **running})
        except OSError as fault:  # a full disk must not end the watch
            self.log.say(f"run.json cannot be written: {fault.strerror}")

    def _turn(self, patience: float) -> None:
        """Wait at most `patience` s for something to happen, and deal with it."""
        due = [c.start_at for c in self._children if c.start_at is not None]
        if due:
            patience = max(0.0, min(patience, min(due) - time.monotonic()))
        for key, _events in self._selector.select(patience):
            if key.fd in self._selector.get_map():  # the one before may have sent it away
                key.data()
        for child in list(self._children):
            if child.ended():
                self._on_end(child)
        for child in self._children:
            if child.start_at is not None and child.start_at <= time.monotonic():
                if not self._stopping:
                    self._start(child)

    def _drain_wake(self) -> None:
        try:
            while self._wake.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _pumping(self, child: Child) -> Callable[[], object]:
        return lambda: self._pump(child)

    def _pump(self, child: Child) -> bool:
        """Pass on what the child said; False when there was nothing."""
        if child.output not in self._selector.get_map():
            return False
        try:
            chunk = os.read(child.output, 65536)
        except BlockingIOError:
            return False
        if chunk:
            self.log.feed(child.name, chunk)
        else:  # closed by everybody; the exit itself comes as a signal
            self._selector.unregister(child.output)
        return bool(chunk)

    def _on_end(self, child: Child) -> None:
        while self._pump(child):
            pass
        if child.output in self._selector.get_map():
            self._selector.unregister(child.output)
        code = child.reap()
        self.log.end(child.name)
        if child.command is self.prepare:
            self._children.remove(child)
            if code != 0 and not self._stopping:
                self._failed, self._exit_code = True, max(code, 1)
        elif not self._stopping:
            self._after_crash(child, code)
        self._note_processes()

    def _after_crash(self, child: Child, code: int) -> None:
        how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        if code == CONFIG_FAULT:
            self.log.say(f"{child.name} {how}: a fault of configuration; stopping")
            self._failed, self._exit_code = True, CONFIG_FAULT
            return
        delay = child.plan_restart()
        self.log.say(f"{child.name} {how}; starting it again in {delay:g} s")
        if child.command.serves:
            self._lobby.step = "again"
            self._lobby.open()

    def _stop(self) -> None:
        """Work first, then Valkey, then by force; a second signal forces at once."""
        for child in self._children:
            child.start_at = None
        work = [c for c in self._children if c.name != "valkey"]
        self._end(work, STOP_WORK_S)
        self._end(self._children, STOP_ALL_S)
        for child in self._children:
            if child.alive:
                self.log.say(f"{child.name} does not stop; killed")
                child.kill()
        while any(c.alive for c in self._children):
            self._turn(1.0)

    def _end(self, children: Sequence[Child], patience: float) -> None:
        asked = self._signals
        deadline = time.monotonic() + patience
        self._failed = True  # whatever ends from here on ends because we stop
        for child in children:
            child.send(signal.SIGTERM)
        while any(c.alive for c in children):
            left = deadline - time.monotonic()
            if left <= 0 or self._signals > max(asked, 1):
                return
            self._turn(left)
