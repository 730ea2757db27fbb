"""An audit that is deleted while it runs: its process is ended, and nothing of it stays."""

from __future__ import annotations

import contextlib
import os
import signal
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from linter.build import chain, dense, input, trained
from linter.write import keras_archive
from tests.service.parts import Redis, cluster
from tests.service.server import Server, model, running
from tests.service.test_api import problem
from tests.service.wait import until

LAYERS = 300


def slow() -> bytes:
    """Return a model that takes about a second, long enough to be met at work."""
    return keras_archive(trained(chain(input(4), *[dense(4, activation="relu") for _ in range(LAYERS)]), seed=1))


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended
            found += map(int, tasks.read_text().split())
    return found


def runs(pid: int) -> bool:
    """Whether a process is one that runs a model."""
    return b"confine.work" in Path(f"/proc/{pid}/cmdline").read_bytes()


def alive(pid: int) -> bool:
    """Whether a process lives."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def deleted_at_work(server: Server, supervisor: int, *, folder: Path, with_data: bool) -> None:
    """Delete an audit while its process stands still, and see both end."""
    (forks,), given = until(lambda: children(supervisor)), {}
    if with_data:
        np.save(folder / "x.npy", np.zeros((4, 4), np.float32))
        given["data"] = ("x.npy", (folder / "x.npy").read_bytes())
    audit = server.post(slow(), **given).json()
    at_work = (lambda: list(filter(runs, children(supervisor)))) if with_data else (lambda: children(forks))
    (child,) = until(at_work)
    os.kill(child, signal.SIGSTOP)  # it would stay for ever
    assert server.get(audit["links"]["self"]).json()["state"] == "running"
    assert server.send("DELETE", audit["links"]["self"]).status_code == 204
    until(lambda: not alive(child), server.told)
    problem(server.get(audit["links"]["self"]), 404, "not-found")
    nothing_left(server)


@pytest.mark.parametrize(
    "with_data",
    [False, pytest.param(True, marks=pytest.mark.skipif(find_spec("keras") is None, reason="running needs Keras"))],
)
def test_deleting_a_running_audit_ends_its_process(tmp_path: Path, with_data: bool) -> None:
    with running(tmp_path, jobs="1", max_seconds="100000") as server:
        _, supervisor = next(item for item in server.children().items() if item[0] == "worker")
        deleted_at_work(server, supervisor, folder=tmp_path, with_data=with_data)


def test_a_celery_worker_hears_of_it_too(redis: Redis, tmp_path: Path) -> None:
    with cluster(tmp_path / "own", 1, broker_url=redis.url, max_seconds="100000") as (server, workers):
        first = server.post(model(seed=1), wait=60).json()
        assert first["state"] == "done"  # so the worker has started, and all that it starts with is over
        assert server.send("DELETE", first["links"]["self"]).status_code == 204
        deleted_at_work(server, workers.all[0].pid, folder=tmp_path, with_data=False)


def nothing_left(server: Server) -> None:
    """Wait until there is neither upload nor report, and see that the next audit runs."""
    files = server.folder / "artefacts"
    until(lambda: not any(item.is_file() for item in files.rglob("*")), server.told)
    assert server.post(slow(), wait=60).json()["state"] == "done"
