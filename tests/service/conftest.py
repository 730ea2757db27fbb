"""One server for all tests that change nothing of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.service.server import Server, running

if not sys.platform.startswith("linux"):
    collect_ignore_glob = ["test_*.py"]  # gunicorn and the confined processes are Linux's


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as it is by default, on loopback without tokens."""
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started
