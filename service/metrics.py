"""What Prometheus is told: outcomes and durations over all processes of one machine, and the queue's depth."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from service.store import Store

CONTENT_TYPE = CONTENT_TYPE_LATEST
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where processes leave their numbers for each other; set before any number exists."""
BUCKETS = (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


@cache
def _audits() -> tuple[Counter, Histogram, Counter]:
    return (
        Counter("keras_lint_audits_total", "Audits that came to an end, by outcome", ["outcome"]),
        Histogram("keras_lint_audit_seconds", "Time from an audit's start to its end", ["outcome"], buckets=BUCKETS),
        Counter("keras_lint_requests_total", "Answered requests", ["method", "route", "status"]),
    )


def ended(outcome: str, seconds: float | None = None) -> None:
    """Count an audit: "done", "failed", or "cached", which takes no time of a worker."""
    count, duration, _ = _audits()
    count.labels(outcome).inc()
    if seconds is not None:
        duration.labels(outcome).observe(seconds)


def answered(method: str, route: str, status: int) -> None:
    """Count a request; `route` is the pattern, never what a client wrote."""
    _audits()[2].labels(method, route, str(status)).inc()


def prepare(folder: Path) -> None:
    """Have this process and those it starts share numbers in `folder`, beginning with none."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink(missing_ok=True)
    os.environ[FOLDER] = str(folder)


def left(pid: int) -> None:
    """Forget the gauges of a process that has ended, where processes share numbers."""
    if os.environ.get(FOLDER):
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


class _Depth(Collector):
    """The queue as the database knows it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def collect(self) -> Iterable[Metric]:
        """Yield one gauge."""
        return self._gauges()

    def _gauges(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily("keras_lint_audits", "Audits that wait and run", labels=["state"])
        for state, count in self.store.counts().items():
            gauge.add_metric([state], count)
        yield gauge


def exposed(store: Store) -> bytes:
    """Return everything in Prometheus's text format."""
    _audits()
    if not os.environ.get(FOLDER):
        depth = CollectorRegistry()
        depth.register(_Depth(store))
        return generate_latest(REGISTRY) + generate_latest(depth)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_Depth(store))
    return generate_latest(registry)
