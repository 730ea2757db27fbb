"""The cluster: PostgreSQL, Redis and Celery workers, each killed in the midst of work."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.service.parts import Postgres, Redis, cluster
from tests.service.server import Server, end, model
from tests.service.test_api import codes

MANY = 12


def all_right(server: Server, made: list[str]) -> bool:
    """Whether every audit ends in a right report."""
    ended = [server.until_over(audit) for audit in made]
    assert {audit["state"] for audit in ended} == {"done"}, ended
    return all("OUT501" in codes(server.get(audit["links"]["report"]).json()) for audit in ended)


def test_a_killed_worker_changes_nothing_but_time(redis: Redis, tmp_path: Path) -> None:
    with cluster(tmp_path / "own", 2, broker_url=redis.url) as (server, workers):
        made = [server.post(model(seed=at)).json()["id"] for at in range(MANY)]
        server.until_over(made[0])
        workers.all[0].send_signal(signal.SIGKILL)
        assert all_right(server, made)


def test_a_killed_broker_loses_nothing(redis: Redis, tmp_path: Path) -> None:
    with cluster(tmp_path / "own", 1, broker_url=redis.url) as (server, _):
        made = [server.post(model(seed=at)).json()["id"] for at in range(MANY // 2)]
        redis.kill()
        made += [server.post(model(seed=at)).json()["id"] for at in range(MANY // 2, MANY)]
        assert server.get("/readyz").json()["checks"]["queue"] != "ok"
        redis.start()
        assert all_right(server, made)


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
