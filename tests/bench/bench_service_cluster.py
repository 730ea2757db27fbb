"""A folder of models on Celery workers that share one broker: one worker, two, three, and three of which one is killed.

    python -m tests.bench.bench_service_cluster [--models 300]

Needs redis-server and PostgreSQL. Each model is made to take the linter some hundred milliseconds; each worker runs one
audit at a time. Prints audits a second, the ratio of two workers to one, and how the audits ended.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from linter.build import chain, dense, input, trained
from linter.write import keras_archive
from tests.service.parts import Postgres, Redis, Workers
from tests.service.server import Server, end
from tests.service.test_api import codes

LAYERS = 60
WORKERS = ((1, False), (2, False), (3, False), (3, True))
"""Rounds: how many workers, and whether one is killed on the way and never comes back."""


def write(folder: Path, count: int) -> list[Path]:
    """Write a folder of models, no two the same, each with one planted error."""
    folder.mkdir()
    hidden = [dense(8, activation="relu") for _ in range(LAYERS)]
    base = keras_archive(trained(chain(input(8), *hidden, dense(1, activation="softmax")), seed=0))
    for number in range(count):
        comment = f"{number:032d}".encode()  # of the archive
        (folder / f"{number:04d}.keras").write_bytes(base[:-2] + len(comment).to_bytes(2, "little") + comment)
    return sorted(folder.iterdir())


def audited(folder: Path, models: list[Path], redis: Redis, postgres: Postgres, workers: int, kill: bool) -> float:
    """Return the audits a second, from the first model sent to the last report; print how they ended."""
    settings = {"queue": "celery", "jobs": "1", "lease": "5", "attempts": "5", "queue_limit": "100000"}
    server = Server(folder, {**settings, "broker_url": redis.url, "database_url": postgres.url})
    server.start()
    running = Workers(server, workers)
    try:
        warm = server.post(b"no model", "warm.txt", headers={"Idempotency-Key": folder.name}).json()
        server.until_over(warm["id"])
        options, began = f'{{"input_range": [0, {time.time_ns()}]}}', time.monotonic()  # no earlier report is taken
        with ThreadPoolExecutor(4) as pool:
            sent = pool.map(
                lambda path: server.post(path.read_bytes(), path.name, options=options).json()["id"], models
            )
            made = list(sent)
        if kill:
            running.all[0].kill()
        ended = [server.until_over(audit) for audit in made]
        rate = len(made) / (time.monotonic() - began)
        states = Counter(audit["state"] for audit in ended)
        right = sum("OUT501" in codes(server.get(audit["links"]["report"]).json()) for audit in ended)
    finally:
        running.end()
        end(server)
    name = f"{workers} workers{', one killed' if kill else ''}"
    print(f"{name}: {rate:.1f} audits a second, {dict(states)}, {right} right reports", flush=True)
    assert right == len(models)
    return rate


def main() -> int:
    """Run the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        redis, postgres = Redis(Path(name, "redis")), Postgres(Path(name, "postgres"))
        redis.folder.mkdir()
        postgres.create()
        postgres.start()
        redis.start()
        models = write(Path(name, "models"), given.models)
        try:
            places = [Path(name, f"round-{number}") for number in range(len(WORKERS))]
            rates = [audited(at, models, redis, postgres, *how) for at, how in zip(places, WORKERS, strict=True)]
        finally:
            redis.kill()
            postgres.kill()
    print(f"two workers against one, on {os.cpu_count()} processors: {rates[1] / rates[0]:.2f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
