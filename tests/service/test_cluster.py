"""The cluster's parts, real ones: PostgreSQL, Redis, Celery workers as processes, each killed in the midst of work."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.service.server import END_SECONDS, Server, end, free_port, model
from tests.service.test_api import codes

REDIS = shutil.which("redis-server")
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))), None)
MANY = 12
NOBODY = 65534

needs_redis = pytest.mark.skipif(REDIS is None, reason="redis-server is not installed")
needs_postgres = pytest.mark.skipif(POSTGRES is None, reason="PostgreSQL is not installed")


def listens(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + END_SECONDS
    while not listens(port):
        assert time.monotonic() < deadline
        time.sleep(0.05)


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


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    folder = tmp_path / "redis"
    folder.mkdir()
    started = Redis(folder)
    started.start()
    yield started
    started.kill()


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
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **self._as_nobody())
        wait_for(self.port)

    def kill(self) -> None:
        """End it at once, and wait until its port is free."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        while listens(self.port):
            time.sleep(0.05)
        (self.folder / "db" / "postmaster.pid").unlink(missing_ok=True)

    @staticmethod
    def _as_nobody() -> dict[str, int]:
        """It refuses to run as root."""
        return {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}

    @property
    def url(self) -> str:
        """Where its database is."""
        return f"postgresql+psycopg://lint@127.0.0.1:{self.port}/postgres"


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    made = Postgres(tmp_path / "postgres")
    made.create()
    made.start()
    yield made
    made.kill()


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


def all_right(server: Server, made: list[str]) -> bool:
    """Whether every audit ends in a right report."""
    ended = [server.until_over(audit) for audit in made]
    assert {audit["state"] for audit in ended} == {"done"}, ended
    return all("OUT501" in codes(server.get(audit["links"]["report"]).json()) for audit in ended)


@needs_redis
def test_a_killed_worker_changes_nothing_but_time(redis: Redis, tmp_path: Path) -> None:
    with cluster(tmp_path / "own", 2, broker_url=redis.url) as (server, workers):
        made = [server.post(model(seed=at)).json()["id"] for at in range(MANY)]
        server.until_over(made[0])
        workers.all[0].send_signal(signal.SIGKILL)
        assert all_right(server, made)


@needs_redis
def test_a_killed_broker_loses_nothing(redis: Redis, tmp_path: Path) -> None:
    with cluster(tmp_path / "own", 1, broker_url=redis.url) as (server, _):
        made = [server.post(model(seed=at)).json()["id"] for at in range(MANY // 2)]
        redis.kill()
        made += [server.post(model(seed=at)).json()["id"] for at in range(MANY // 2, MANY)]
        assert server.get("/readyz").json()["checks"]["queue"] != "ok"
        redis.start()
        assert all_right(server, made)


@needs_postgres
def test_postgres_does_what_sqlite_does(postgres: Postgres, tmp_path: Path) -> None:
    server = Server(tmp_path / "own", {"database_url": postgres.url, "jobs": "2", "lease": "3"})
    try:
        server.start()
        content = model(seed=1)
        assert server.post(content, wait=60).json()["state"] == "done"
        assert server.post(content).json()["cached"]
        key = {"Idempotency-Key": "one"}
        assert len({server.post(content, headers=key).json()["id"] for _ in range(3)}) == 1
        made = [server.post(model(seed=at)).json()["id"] for at in range(MANY)]
        assert all_right(server, made)
        assert len(server.get("/v1/audits?limit=5&state=done").json()["audits"]) == 5
        assert server.send("DELETE", f"/v1/audits/{made[0]}").status_code == 204
        assert server.get(f"/v1/audits/{made[0]}").status_code == 404
    finally:
        end(server)


@needs_postgres
def test_a_killed_database_loses_nothing(postgres: Postgres, tmp_path: Path) -> None:
    server = Server(tmp_path / "own", {"database_url": postgres.url, "jobs": "1", "lease": "3", "attempts": "5"})
    try:
        server.start()
        made = [server.post(model(seed=at)).json()["id"] for at in range(MANY)]
        postgres.kill()
        answer = server.post(model(seed=99))
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        postgres.start()
        assert all_right(server, made)
    finally:
        end(server)
