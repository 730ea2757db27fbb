"""gunicorn's part: web processes with threads, whose waiting clients are sent away when they are to stop."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from service import metrics
from service.app import create_app
from service.parent import end_with_parent, orphaned
from service.settings import Settings

GRACE = 4
"""Seconds that requests are given to end when the server stops; its parent waits for more than twice as long."""


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker that does not make its end wait for those who wait for audits."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to stop. A signal's handler must take no lock, which the thread that it interrupts may hold."""
        loaded = getattr(self, "wsgi", None)
        if loaded is not None:
            threading.Thread(target=loaded.extensions["keras-lint"].waiting.close, daemon=True).start()
        super().handle_exit(sig, frame)


class Watching(Arbiter):  # type: ignore[misc]
    """gunicorn's own process, which ends with the one that keeps it."""

    def murder_workers(self) -> None:
        """Look around, as it does every second."""
        if orphaned():
            raise StopIteration  # its word for an end in good order
        super().murder_workers()


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings, and nothing of the command line's or a file's."""

    def __init__(self, settings: Settings) -> None:
        """Serve with these settings."""
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Say what gunicorn is to do."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        chosen: dict[str, Any] = {
            "bind": f"{host}:{self.settings.port}",
            "workers": self.settings.web_workers,
            "threads": self.settings.threads,
            "worker_class": "service.web.Worker",
            "worker_connections": 1000,
            "timeout": 120,
            "graceful_timeout": GRACE,
            "keepalive": 75,  # longer than proxies keep theirs: who closes first tears the request that comes just then
            "accesslog": None,
            "loglevel": "warning",
            "post_fork": lambda server, worker: end_with_parent(server.pid),
            "child_exit": lambda server, worker: metrics.left(worker.pid),
            "control_socket_disable": True,
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def run(self) -> None:
        """Serve until a signal says to stop."""
        Watching(self).run()

    def load(self) -> Flask:
        """Return the application, once in each web process."""
        return create_app(self.settings)
