"""Chaos: processes are killed at random while audits come in; every accepted one ends in a right report or a reason.

`python -m tests.service.test_chaos [AUDITS]` does it at length and prints the counts.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import requests

from tests.service.server import Server, end, model
from tests.service.test_api import codes

FEW, SEED = 60, 7
PAUSE = (0.05, 1.5)


def killer(server: Server, stop: threading.Event, killed: Counter[str]) -> None:
    """Kill one of the server's processes every now and then."""
    dice = random.Random(SEED)
    while not stop.wait(dice.uniform(*PAUSE)):
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            running = sorted(server.children().items())
            for verb, pid in dice.sample(running, k=min(1, len(running))):
                os.kill(pid, signal.SIGKILL)
                killed[verb] += 1


def accepted(server: Server, number: int) -> str:
    """Send a model until it is accepted, as a client does: with a key, so that it is one audit however often sent."""
    content = model(seed=number)
    while True:
        with contextlib.suppress(requests.ConnectionError):
            answer = server.post(content, headers={"Idempotency-Key": f"chaos-{number}"})
            if answer.ok:
                return str(answer.json()["id"])
        time.sleep(0.1)


def chaos(folder: Path, count: int) -> tuple[Counter[str], Counter[str]]:
    """Return how audits ended, and what was killed."""
    server = Server(folder, {"lease": "2", "attempts": "10"})
    stop, killed, ends = threading.Event(), Counter[str](), Counter[str]()
    try:
        server.start()
        thread = threading.Thread(target=killer, args=(server, stop, killed))
        thread.start()
        made = [accepted(server, number) for number in range(count)]
        stop.set()
        thread.join()
        server.wait_until_ready()
        for audit in made:
            ends[outcome(server, audit)] += 1
    finally:
        stop.set()
        end(server)
    return ends, killed


def outcome(server: Server, audit: str) -> str:
    """Return how an audit ended."""
    found = server.until_over(audit)
    if found["state"] == "failed":
        return f"failed: {found['failure']['reason']}"
    report = server.get(found["links"]["report"]).json()
    return "right" if found["state"] == "done" and "OUT501" in codes(report) else "wrong"


def test_killed_at_random_every_audit_ends(tmp_path: Path) -> None:
    ends, killed = chaos(tmp_path / "own", FEW)
    assert killed.total() > 0
    assert ends.total() == FEW
    assert ends["wrong"] == 0
    assert ends["right"] >= 0.95 * FEW


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(*chaos(Path(name, "own"), int(sys.argv[1]) if len(sys.argv) > 1 else 200))
