"""Chaos at length: 200 audits while server, workers, broker and database are killed at random, and what became of them.

    python -m tests.bench.bench_service_chaos [--audits 200] [--only embedded|cluster]

Needs redis-server and PostgreSQL. Prints what was killed how often and how the audits ended, embedded and as a cluster.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.service.chaos import Chaos, part, whole
from tests.service.parts import POSTGRES, REDIS, Postgres, Redis, cluster
from tests.service.server import running

WORKERS = 2


def embedded(folder: Path, count: int) -> bool:
    """One process and a folder."""
    with running(folder, lease="2", attempts="10") as server:
        victims = {"web": part(server, "web"), "worker": part(server, "worker"), "server": whole(server)}
        chaos = Chaos(server, victims, count)
        return told("embedded", chaos, chaos.run())


def clustered(folder: Path, count: int) -> bool:
    """PostgreSQL, Redis, two Celery workers."""
    redis, postgres = Redis(folder / "redis"), Postgres(folder / "postgres")
    redis.folder.mkdir(parents=True)
    postgres.create()
    postgres.start()
    redis.start()
    try:
        urls = {"broker_url": redis.url, "database_url": postgres.url}
        with cluster(folder / "own", WORKERS, attempts="10", **urls) as (server, workers):
            victims = {
                "web": part(server, "web"),
                "server": whole(server),
                "redis": lambda: (redis.kill(), redis.start())[-1],
                "postgres": lambda: (postgres.kill(), postgres.start())[-1],
                **{f"worker {number}": (lambda n=number: workers.kill(n)) for number in range(WORKERS)},  # type: ignore[misc]
            }
            chaos = Chaos(server, victims, count)
            return told("cluster", chaos, chaos.run())
    finally:
        redis.kill()
        postgres.kill()


def told(name: str, chaos: Chaos, ends: Counter[str]) -> bool:
    """Print a run's counts, and whether they are good."""
    print(f"{name}: {chaos.count} audits accepted, ended: {dict(ends)}")
    print(f"{name}: killed {dict(sorted(chaos.killed.items()))}, {chaos.killed.total()} in all", flush=True)
    return not ends["wrong"] and ends["right"] >= 0.95 * chaos.count


def main() -> int:
    """Do both, and return 1 where an audit was lost or fewer than 95 % ended right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audits", type=int, default=200)
    parser.add_argument("--only", choices=("embedded", "cluster"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        good = given.only == "cluster" or embedded(Path(name, "embedded"), given.audits)
        if given.only == "embedded":
            return not good
        if REDIS is None or POSTGRES is None:
            print("cluster: not tried, redis-server or PostgreSQL is not installed")
            return not good
        return not (clustered(Path(name, "cluster"), given.audits) and good)


if __name__ == "__main__":
    sys.exit(main())
