"""Load on the embedded service: 50 clients that post small models; bare `keras-lint check` and a bare route beside it.

    python -m tests.bench.bench_service [--seconds 60] [--rounds 5] [--clients 50]

Prints audits a second, p50 and p95 (medians of the rounds), the share of refusals, and both comparisons.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tests.service.server import Server, free_port, model, running

HELLO = """
from flask import Flask
from gunicorn.app.base import BaseApplication
app = Flask("hello")
app.post("/")(lambda: "hello")
class Server(BaseApplication):
    def load_config(self):
        for name, value in dict(bind="127.0.0.1:{port}", workers=2, threads=64, worker_class="gthread",
                                loglevel="warning").items():
            self.cfg.set(name, value)
    def load(self):
        return app
Server().run()
"""
Send = Callable[[requests.Session, bytes], requests.Response]


class Load:
    """What a number of clients saw in one round."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.completed: Counter[int] = Counter()
        self.lock = threading.Lock()

    def client(self, number: int, send: Send, contents: list[bytes], until: float) -> None:
        """Post one model after another, each its own, and honour Retry-After."""
        with requests.Session() as session:
            for content in contents:
                if time.monotonic() > until:
                    return
                began = time.monotonic()
                answer = send(session, content)
                with self.lock:
                    self.statuses[answer.status_code] += 1
                    if answer.status_code == 200:
                        self.seconds.append(time.monotonic() - began)
                        self.completed[number] += 1
                if answer.status_code in (429, 503):
                    time.sleep(float(answer.headers["Retry-After"]))

    def percentile(self, share: float) -> float:
        """Return a percentile of the times, in seconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def load(send: Send, contents: Callable[[int], list[bytes]], clients: int, seconds: float) -> Load:
    """Return what `clients` saw in `seconds`."""
    seen, until = Load(), time.monotonic() + seconds
    with ThreadPoolExecutor(clients) as pool:
        done = [pool.submit(seen.client, at, send, contents(at), until) for at in range(clients)]
    for one in done:
        one.result()
    return seen


def distinct(count: int) -> list[bytes]:
    """Return models that no two are the same: one archive with a comment of its own each."""
    base = model(seed=0)
    assert base[-2:] == b"\0\0"
    stamp = time.time_ns()
    return [base[:-2] + b"\x20\0" + f"{stamp:020d}{at:012d}".encode() for at in range(count)]


def bare_rate(folder: Path) -> float:
    """Return how many models a second bare processes lint, one after another."""
    path = folder / "bare.keras"
    path.write_bytes(model(seed=0))
    began, count = time.monotonic(), 8
    for _ in range(count):
        command = [sys.executable, "-m", "linter", "check", str(path), "--fail-on", "never", "--format", "json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return count / (time.monotonic() - began)


def hello(clients: int, seconds: float, content: bytes) -> Load:
    """Return what clients see of a bare Flask route that gets the same bodies."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", HELLO.format(port=port)])
    try:
        for _ in range(200):
            try:
                requests.post(f"http://127.0.0.1:{port}/", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        url = f"http://127.0.0.1:{port}/"
        send: Send = lambda session, body: session.post(url, files={"model": ("m.keras", body)}, timeout=60)  # noqa: E731
        return load(send, lambda at: [content] * 100_000, clients, seconds)
    finally:
        server.terminate()
        server.wait()


def poster(server: Server) -> Send:
    """Return what posts a model and waits for its report."""

    def send(session: requests.Session, content: bytes) -> requests.Response:
        files = {"model": ("m.keras", content)}
        return session.post(f"{server.url}/v1/audits", files=files, headers={"Prefer": "wait=60"}, timeout=90)

    return send


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bare = bare_rate(Path(name))
        with running(Path(name, "service")) as server:
            report(server, given, bare)


def report(server: Server, given: argparse.Namespace, bare: float) -> None:
    """Run the rounds against a server and print what they saw."""
    each = max(40, int(given.seconds * 4))
    rounds = []
    for _ in range(given.rounds):
        supply = distinct(each * given.clients)
        shares = [supply[at * each : (at + 1) * each] for at in range(given.clients)]
        seen = load(poster(server), shares.__getitem__, given.clients, given.seconds)
        rounds.append(seen)
        print(f"round: {len(seen.seconds)} audits, statuses {dict(seen.statuses)}", flush=True)
    rates = [len(seen.seconds) / given.seconds for seen in rounds]
    refused = sum(seen.statuses[429] + seen.statuses[503] for seen in rounds)
    answers = sum(seen.statuses.total() for seen in rounds)
    idle = sum(given.clients - len(seen.completed) for seen in rounds)
    p50, p95 = (statistics.median(seen.percentile(share) for seen in rounds) for share in (0.5, 0.95))
    print(f"audits a second {statistics.median(rates):.1f}, p50 {p50:.2f} s, p95 {p95:.2f} s")
    print(f"refused {100 * refused / answers:.1f} %, clients without an audit {idle}")
    print(f"bare `keras-lint check` {bare:.2f} a second: {statistics.median(rates) / bare:.1f} x")
    content = model(seed=1)
    poster(server)(requests.Session(), content)
    cached = load(poster(server), lambda at: [content] * 100_000, given.clients, min(given.seconds, 15))
    plain = hello(given.clients, min(given.seconds, 15), content)
    print(f"cached p95 {cached.percentile(0.95):.3f} s ({len(cached.seconds)} answers, {dict(cached.statuses)})")
    print(f"hello p95 {plain.percentile(0.95):.3f} s: {cached.percentile(0.95) / plain.percentile(0.95):.1f} x")


if __name__ == "__main__":
    main()
