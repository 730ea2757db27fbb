"""One server for all tests that change nothing of it; the parts of a cluster for those that break them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.parts import POSTGRES, REDIS, Postgres, Redis
from tests.service.server import Server, running

if not sys.platform.startswith("linux"):
    collect_ignore_glob = ["test_*.py"]  # gunicorn and the confined processes are Linux's


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as it is by default, on loopback without tokens."""
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that the test may kill."""
    if REDIS is None:
        pytest.skip("redis-server is not installed")
    folder = tmp_path / "redis"
    folder.mkdir()
    started = Redis(folder)
    started.start()
    yield started
    started.kill()


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A PostgreSQL that the test may kill."""
    if POSTGRES is None:
        pytest.skip("PostgreSQL is not installed")
    made = Postgres(tmp_path / "postgres")
    made.create()
    made.start()
    yield made
    made.kill()
