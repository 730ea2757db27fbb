"""Chaos: parts are killed at random while clients send models; every accepted audit is to end in a right report or in a
stated failure.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import requests

from tests.service.server import Server, model
from tests.service.test_api import codes

CLIENTS, SEED = 4, 7
MOST_BETWEEN = 6
"""Audits, at most, that are accepted between two kills: counted, not timed, so that a slow machine comes to an end."""
DELAY, PACE = 0.4, 0.5
Kill = Callable[[], None]
"""Kills a part, and brings back what does not come back by itself."""


@dataclass
class Chaos:
    """One run: `victims` are the parts that may be killed, by name."""

    server: Server
    victims: Mapping[str, Kill]
    count: int
    killed: Counter[str] = field(default_factory=Counter)
    accepted: dict[int, str] = field(default_factory=dict)

    def run(self) -> Counter[str]:
        """Return how audits ended."""
        dice, over = random.Random(SEED), threading.Event()
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(self._send, number) for number in range(self.count)]
            due = 0
            while not all(client.done() for client in clients):
                if len(self.accepted) >= due:
                    due = len(self.accepted) + dice.randint(1, MOST_BETWEEN)
                    over.wait(dice.uniform(0, DELAY))
                    self._kill(dice.choice(sorted(self.victims)))
                over.wait(0.02)
            for client in clients:
                client.result()
        self.server.wait_until_ready()
        return Counter(self._outcome(number) for number in range(self.count))

    def _kill(self, name: str) -> None:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError, KeyError):  # it is just being started again
            self.victims[name]()
            self.killed[name] += 1

    def _send(self, number: int) -> None:
        """Send a model until it is accepted: with a key, so that it is one audit however often it is sent."""
        content = model(seed=number)
        time.sleep(random.Random(number).uniform(0, PACE))
        while number not in self.accepted:
            with contextlib.suppress(requests.RequestException):
                answer = self.server.post(content, headers={"Idempotency-Key": f"chaos-{number}"})
                if answer.ok:
                    self.accepted[number] = str(answer.json()["id"])
                    return
            time.sleep(0.1)

    def _outcome(self, number: int) -> str:
        found = self.server.until_over(self.accepted[number])
        if found["state"] == "failed":
            return f"failed: {found['failure']['reason']}"
        report = self.server.get(found["links"]["report"]).json()
        right = found["state"] == "done" and "OUT501" in codes(report)
        return "right" if right and report["models"][0]["sha256"] == found["model"]["sha256"] else "wrong"


def part(server: Server, verb: str) -> Kill:
    """Kill one of the processes that a server keeps: it is started again by itself."""
    return lambda: os.kill(server.children()[verb], signal.SIGKILL)


def whole(server: Server) -> Kill:
    """Kill a server, and start it again."""

    def kill() -> None:
        server.kill()
        server.launch()

    return kill
