"""The cluster's parts, real ones: PostgreSQL, Redis, Celery workers as processes; each can be killed and come back."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.service.server import Server, end, free_port
from tests.service.wait import until

REDIS = shutil.which("redis-server")
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))), None)
NOBODY = 65534


def listens(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    until(lambda: listens(port))


@dataclass
class Redis:
    """A Redis of our own that keeps what it is told."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, with what it knew before."""
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--appendonly", "yes"]
        self.process = subprocess.Popen([str(REDIS), *words, "--save", ""], stdout=subprocess.DEVNULL)
        wait_for(self.port)

    def kill(self) -> None:
        """End it at once."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"


@dataclass
class Postgres:
    """A PostgreSQL of our own."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make an empty cluster of databases."""
        assert POSTGRES is not None
        self.folder.mkdir()
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.parents):
                if path == Path(tempfile.gettempdir()):
                    break
                os.chown(path, NOBODY, NOBODY) if path == self.folder else path.chmod(path.stat().st_mode | 0o755)
        command = [POSTGRES.with_name("initdb"), "-D", self.folder / "db", "-U", "lint", "-A", "trust", "--no-sync"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._as_nobody())

    def start(self) -> None:
        """Start it."""
        where = ["-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.folder)]
        command = [str(POSTGRES), "-D", str(self.folder / "db"), *where]

        def up() -> bool:
            if self.process is None or self.process.poll() is not None:
                # also again, while processes of the one that was killed still have its memory
                self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **self._as_nobody())
            return listens(self.port)

        until(up)

    def kill(self) -> None:
        """End it at once, and wait until its port is free."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None
        until(lambda: not listens(self.port))
        (self.folder / "db" / "postmaster.pid").unlink(missing_ok=True)

    @staticmethod
    def _as_nobody() -> dict[str, int]:
        """It refuses to run as root."""
        return {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}

    @property
    def url(self) -> str:
        """Where its database is."""
        return f"postgresql+psycopg://lint@127.0.0.1:{self.port}/postgres"


class Workers:
    """Celery workers of a server, as processes."""

    def __init__(self, server: Server, count: int) -> None:
        """Start them."""
        self.server = server
        self.all = [self.another() for _ in range(count)]

    def another(self) -> subprocess.Popen[bytes]:
        """Start one more."""
        with (self.server.folder / "workers").open("ab") as log:
            command = [sys.executable, "-m", "service", "worker"]
            return subprocess.Popen(command, env=self.server.environment, stdout=log, stderr=log)

    def kill(self, number: int) -> None:
        """End one at once, and start another in its place."""
        self.all[number].kill()
        self.all[number].wait()
        self.all[number] = self.another()

    def end(self) -> None:
        """End them all."""
        for worker in self.all:
            worker.terminate()
        for worker in self.all:
            try:
                worker.wait(60)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


@contextlib.contextmanager
def cluster(folder: Path, workers: int, **settings: str) -> Iterator[tuple[Server, Workers]]:
    """Give a server without a queue of its own, and workers."""
    server = Server(folder, {"queue": "celery", "jobs": "1", "lease": "3", "attempts": "5", **settings})
    try:
        server.start()
        started = Workers(server, workers)
        try:
            yield server, started
        finally:
            started.end()
    finally:
        end(server)
