"""The cluster's queue: a message a waiting audit, to Celery workers on any machine.

The database stays the authority: a message only says "there is something to do", so that one too many does no harm and
one lost is sent again by any worker that finds the broker empty and audits waiting.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError, OperationalError

from linter import api
from service.artefacts import Artefacts
from service.database import Database
from service.janitor import Janitor
from service.jobs import QueueError
from service.run import Runner
from service.settings import Settings
from service.store import Store

TASK, NAME = "keras-lint.audit", "keras-lint"
LOOK = 2.0
"""Seconds, at most, until the process of a deleted audit is ended."""
DATABASE_AWAY = 2.0
"""Seconds to wait before a message is taken up again whose audit could not be claimed."""
log = logging.getLogger("keras-lint.celery")


def application(settings: Settings) -> Celery:
    """Return a Celery application that loses no message of a worker that ends."""
    app = Celery(NAME, broker=settings.broker_url, set_as_current=False)
    app.conf.update(
        task_default_queue=NAME,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2, "max_retries": 1},
    )
    return app


class CeleryQueue:
    """The web's side."""

    def __init__(self, settings: Settings) -> None:
        """Connect when there is something to send."""
        self._app = application(settings)

    def put(self, audit: str) -> None:
        """Send a message; raises QueueError where the broker does not take it."""
        try:
            self._app.send_task(TASK, retry=False)
        except (KombuError, OperationalError, OSError) as error:
            raise QueueError(f"the broker takes no message: {error}") from None

    def check(self) -> None:
        """Raise QueueError where the broker does not answer."""
        self.depth()

    def depth(self) -> int:
        """Return how many messages wait; raises QueueError."""
        try:
            with self._app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, interval_start=0.1, timeout=3)
                with connection.channel() as channel:
                    return int(channel.queue_declare(queue=NAME, durable=True).message_count)
        except (KombuError, OperationalError, OSError) as error:
            raise QueueError(f"the broker does not answer: {error}") from None


class Worker:
    """One worker process: threads that wait for confined children."""

    def __init__(self, settings: Settings) -> None:
        """Open the database and the store."""
        self.settings = settings
        self.jobs = settings.jobs or os.cpu_count() or 1
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.queue = CeleryQueue(settings)
        self.store = Store(Database(settings.database, self.jobs + 4))
        self.artefacts = Artefacts(settings.storage)
        self.isolation = api.isolation(sandbox=settings.sandbox, memory=settings.memory, plugins=settings.plugins)
        self.runner = Runner(self.name, self.store, self.artefacts, self.isolation)

    def audit(self, task: Any) -> None:
        """Run one audit that waits, if there is one."""
        try:
            job = self.store.claim(self.name, self.settings.lease)
            if job is not None:
                self.runner.run(job)
        except Exception as error:  # a database that is away: the message must come again
            log.exception("an audit could not be run")
            raise task.retry(exc=error, countdown=DATABASE_AWAY, max_retries=None) from None

    def keep(self, stopping: threading.Event) -> None:
        """Give signs of life, look for lost audits and lost messages, and clear away what is old."""
        janitor, looked = Janitor(self.settings, self.store, self.artefacts), 0.0
        while not stopping.wait(min(self.settings.lease / 4, LOOK)):
            try:
                self.runner.stop_cancelled()
                self.store.beat(self.name, self.settings.lease, tuple(self.runner.active))
                again = len(self.store.recover(self.settings.attempts))
                if time.monotonic() - looked > self.settings.lease / 2 and not self.queue.depth():
                    looked, again = time.monotonic(), self.store.counts()["queued"]
                for _ in range(again):
                    self.queue.put("")
                janitor.sweep_when_due()
            except Exception as error:
                log.warning("housekeeping failed", extra={"error": f"{type(error).__name__}: {error}"})


def work(settings: Settings) -> int:
    """Run a Celery worker until a signal says to stop; return the exit code."""
    worker, app, stopping = Worker(settings), application(settings), threading.Event()

    def audit(task: Any) -> None:
        worker.audit(task)

    app.task(name=TASK, bind=True)(audit)
    with worker.isolation:
        threading.Thread(target=worker.keep, args=(stopping,), daemon=True).start()
        arguments = ["worker", "--pool=threads", f"--concurrency={worker.jobs}", f"--hostname={worker.name}"]
        app.worker_main([*arguments, "--without-gossip", "--without-mingle", f"--loglevel={settings.log_level}"])
        stopping.set()
        worker.store.release(worker.name)
    return 0
