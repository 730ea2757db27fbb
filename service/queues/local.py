"""The embedded queue: one supervisor process that takes audits out of the database and runs a few at a time.

The web processes only write rows; the supervisor sees them within milliseconds. Killed at any moment, it finds what it
ran when it starts again; another one finds it when the lease is over.
"""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import threading
import time
from pathlib import Path
from typing import TextIO

from linter import api
from service.artefacts import Artefacts, digest
from service.database import Database
from service.janitor import Janitor
from service.jobs import QueueError
from service.parent import orphaned
from service.run import Runner
from service.settings import Settings
from service.store import Store

IDLE = (0.01, 0.1)
"""Seconds between looks: the first after work, the longest without any."""
LOOK = 1.0
"""Seconds, at most, until the process of a deleted audit is ended."""
GRACE = 5.0
"""Seconds that running audits are given to end when the supervisor stops."""
LOCKING = 20
"""Times that the lock is asked for: a look at it, whether a supervisor lives, holds it for a moment."""
log = logging.getLogger("keras-lint.supervisor")


def lock_path(settings: Settings) -> Path:
    """Return the file that a living supervisor holds locked."""
    return settings.data / "supervisor.lock"


class LocalQueue:
    """The web's side: there is nothing to do, the row is the order."""

    def __init__(self, settings: Settings) -> None:
        """Remember where the supervisor's lock is."""
        self._lock = lock_path(settings)

    def put(self, audit: str) -> None:
        """Do nothing: the supervisor looks for itself."""

    def check(self) -> None:
        """Raise QueueError where no supervisor is alive."""
        try:
            with self._lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        except OSError as error:
            raise QueueError(f"no supervisor has come up here yet: {error.strerror}") from None
        raise QueueError("no supervisor runs; audits wait until one does")


class Supervisor:
    """The supervisor process."""

    def __init__(self, settings: Settings) -> None:
        """Open the database and the store."""
        self.settings = settings
        self.jobs = settings.jobs or os.cpu_count() or 1
        self.name = f"{socket.gethostname()}:{digest(str(settings.data.resolve()))[:12]}"
        self.store = Store(Database(settings.database, self.jobs + 4))
        self.artefacts = Artefacts(settings.storage)
        self.isolation = api.isolation(sandbox=settings.sandbox, memory=settings.memory, plugins=settings.plugins)
        self.stopping = threading.Event()

    def serve(self) -> None:
        """Run audits until `stopping` is set; raises QueueError where another supervisor has this folder.

        The lock is what `LocalQueue.check` sees: it is taken when audits can be run, not before.
        """
        with self.isolation, lock_path(self.settings).open("w") as lock:
            self._take(lock)
            if again := self.store.recover(self.settings.attempts, self.name):
                log.warning("audits begun again", extra={"audits": len(again)})
            self._serve()

    def _take(self, lock: TextIO) -> None:
        for _ in range(LOCKING):
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(IDLE[0])
        raise QueueError(f"another supervisor runs in {self.settings.data}")

    def _serve(self) -> None:
        runner = Runner(self.name, self.store, self.artefacts, self.isolation)
        work = [threading.Thread(target=self._work, args=(runner,), name=f"job-{at}") for at in range(self.jobs)]
        for thread in (*work, threading.Thread(target=self._keep, args=(runner,))):
            thread.daemon = True
            thread.start()
        log.info("supervisor ready", extra={"jobs": self.jobs})
        while not self.stopping.wait(LOOK) and not orphaned():
            pass  # a signal that comes just before a wait without an end would not be noticed
        self.stopping.set()
        deadline = time.monotonic() + GRACE
        for thread in work:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.store.release(self.name)

    def _work(self, runner: Runner) -> None:
        """Take audits, one after another."""
        pause = IDLE[0]
        while not self.stopping.wait(pause):
            pause = min(pause * 2, IDLE[1])
            try:
                while not self.stopping.is_set() and self.store.waiting():
                    job = self.store.claim(self.name, self.settings.lease)
                    if job is not None:
                        runner.run(job)
                        pause = IDLE[0]
            except Exception:  # a database that is away for a moment
                log.exception("the queue could not be read")
                pause = 1.0

    def _keep(self, runner: Runner) -> None:
        """Give signs of life, look for lost audits, and clear away what is old."""
        janitor = Janitor(self.settings, self.store, self.artefacts)
        while not self.stopping.wait(min(self.settings.lease / 4, LOOK)):
            try:
                runner.stop_cancelled()
                self.store.beat(self.name, self.settings.lease, tuple(runner.active))
                self.store.recover(self.settings.attempts)
                janitor.sweep_when_due()
            except Exception:
                log.exception("housekeeping failed")
