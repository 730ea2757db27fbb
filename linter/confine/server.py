"""The fork server's own process: one thread that waits for orders, forks, watches, and tells each caller how its child
ended.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from linter.confine import ending, frames, work
from linter.confine.apply import preload as preload_layers
from linter.confine.apply import threads
from linter.confine.child import KEPT_NOISE
from linter.confine.policy import Policy, from_json

TICK_MS = 20
ORDER_BYTES = 1 << 16


def main(control: int, preload: Sequence[str]) -> None:
    """Serve orders from the socket `control` until its other end is closed."""
    preload_layers()
    for name in preload:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is loaded stays shared with the children
    Server(socket.socket(fileno=control)).loop()


@dataclass(slots=True)
class Child:
    """One job that runs."""

    pid: int
    caller: socket.socket
    printing: int
    policy: Policy
    deadline: float
    cause: str = ""
    printed: int = 0
    kept: bytearray = field(default_factory=bytearray)


class Server:
    """The loop and its children."""

    def __init__(self, control: socket.socket) -> None:
        """Take orders from `control`."""
        self.control = control
        self.children: dict[int, Child] = {}
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)
        self.awake, self.wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.poll.register(self.awake, select.POLLIN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)

    def loop(self) -> None:
        """Serve until nobody can order any more."""
        self.control.send(b"ready")
        while True:
            ready = {descriptor for descriptor, _ in self.poll.poll(TICK_MS if self.children else None)}
            if self.awake in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.awake, 4096)
            for child in tuple(self.children.values()):
                self._watch(child, ready)
            if self.control.fileno() in ready and not self._order():
                break
        for child in tuple(self.children.values()):
            _kill(child.pid)

    def _order(self) -> bool:
        """Take one order; False where there will be no more."""
        data, descriptors, _, _ = socket.recv_fds(self.control, ORDER_BYTES, 1)
        if not data or not descriptors:
            return bool(data)
        caller = socket.socket(fileno=descriptors[0])
        try:
            self._start(caller, from_json(json.loads(data)))
        except (OSError, ValueError, TypeError) as error:  # no descriptors left, say: this job's end, not everybody's
            _tell(caller, {"error": "crash", "message": f"the fork server cannot start the job: {error}"})
            caller.close()
        return True

    def _start(self, caller: socket.socket, policy: Policy) -> None:
        if threads() != 1:
            raise OSError(f"it has {threads()} threads and cannot fork safely")
        reading, writing = os.pipe2(os.O_CLOEXEC)
        pid = os.fork()
        if pid == 0:
            _become_child(caller.fileno(), writing, policy)
        os.close(writing)
        os.set_blocking(reading, False)
        self.children[pid] = Child(pid, caller, reading, policy, time.monotonic() + policy.seconds)
        self.poll.register(reading, select.POLLIN)
        self.poll.register(caller, 0)  # only to hear that the caller has gone

    def _watch(self, child: Child, ready: set[int]) -> None:
        if child.printing in ready:
            self._drain(child)
        if child.caller.fileno() in ready:
            child.cause = child.cause or "gone"
        elif time.monotonic() > child.deadline:
            child.cause = child.cause or "time"
        elif child.printed > child.policy.noise:
            child.cause = child.cause or "noise"
        elif ending.resident(child.pid) > child.policy.memory:
            child.cause = child.cause or "memory"
        if child.cause:
            _kill(child.pid)
        if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            self._finish(child)

    def _drain(self, child: Child) -> None:
        with contextlib.suppress(BlockingIOError):
            part = os.read(child.printing, frames.CHUNK)
            child.printed += len(part)
            child.kept += part[: KEPT_NOISE - len(child.kept)]
            if not part:
                self._forget(child.printing)

    def _forget(self, descriptor: int | socket.socket) -> None:
        with contextlib.suppress(KeyError):
            self.poll.unregister(descriptor)

    def _finish(self, child: Child) -> None:
        """Reap a child that has ended, and tell."""
        _kill(child.pid)  # what it may have started; its number is not free before it is reaped
        _, status = os.waitpid(child.pid, 0)
        self._drain(child)
        self._forget(child.printing)
        self._forget(child.caller)
        noise = bytes(child.kept).decode("utf-8", "backslashreplace")
        _tell(child.caller, {"end": {"cause": child.cause, "code": os.waitstatus_to_exitcode(status), "noise": noise}})
        child.caller.close()
        os.close(child.printing)
        del self.children[child.pid]


def _tell(caller: socket.socket, message: Mapping[str, Any]) -> None:
    caller.setblocking(False)
    with contextlib.suppress(OSError):  # who does not listen any more has what he wanted
        frames.send(caller.fileno(), message)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)  # before it has made a group of its own


def _become_child(caller: int, printing: int, policy: Policy) -> NoReturn:
    """Turn this fork into the process of one job; never returns."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(printing, 1)
        os.dup2(printing, 2)
        answers = os.dup2(caller, 3)
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))
        os.chdir(policy.scratch or "/")
        os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "KERAS_HOME"), policy.scratch))
        work.serve(answers, answers)
    finally:
        os._exit(0)
