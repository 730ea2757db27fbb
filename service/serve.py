"""`serve`: the web server and, where the queue is local, its supervisor: two processes, kept alive until we stop."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import partial

from service import metrics
from service.database import migrate
from service.parent import PARENT, end_with_parent
from service.settings import Settings

STOP_SECONDS = 9.0
TICK = 0.2
PAUSES = (0.2, 5.0)
"""Seconds before a process that has ended is started again: at first, and at most."""
LIVED = 10.0
"""Seconds after which a process counts as having worked."""
log = logging.getLogger("keras-lint.serve")


@dataclass(slots=True)
class Kept:
    """A process that is to run."""

    verb: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = field(default=PAUSES[0])

    def keep(self) -> None:
        """Start it, if it does not run and did not end just now."""
        if self.process is not None and self.process.poll() is None:
            return
        now = time.monotonic()
        if self.process is not None:
            self.pause = PAUSES[0] if now - self.started > LIVED else min(self.pause * 2, PAUSES[1])
            log.error("process ended", extra={"part": self.verb, "status": self.process.returncode})
            self.process = None
            self.started = now
        if now - self.started >= self.pause or not self.started:
            self.started = now
            command = [sys.executable, "-m", "service", self.verb]
            told = {**os.environ, PARENT: str(os.getpid())}
            self.process = subprocess.Popen(command, env=told, preexec_fn=partial(_start_apart, os.getpid()))

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, seconds: float) -> None:
        """Wait for its end, and force it after `seconds`."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            log.error("process killed: it did not stop", extra={"part": self.verb})
            self.process.kill()
            self.process.wait()


def serve(settings: Settings) -> int:
    """Run until a signal says to stop; return the exit code. Settings reach the processes by the environment."""
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings.database)
    metrics.prepare(settings.data / "metrics")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    parts = [Kept("web"), *([Kept("worker")] if settings.queue == "local" else [])]
    log.info("serving", extra={"url": f"http://{settings.host}:{settings.port}", "data": str(settings.data)})
    while not stopping.is_set():
        for part in parts:
            part.keep()
        stopping.wait(TICK)
    deadline = time.monotonic() + STOP_SECONDS
    for part in parts:
        part.tell(signal.SIGTERM)
    for part in parts:
        part.wait(deadline - time.monotonic())
    return 0


def _start_apart(parent: int) -> None:
    """Let no terminal's signals reach a process that we stop ourselves, but the kernel where we are killed."""
    os.setsid()
    end_with_parent(parent)
