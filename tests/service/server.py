"""The real server as processes of its own on a free port, and a client that speaks to it over a real socket."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import requests

from linter.build import Built, chain, dense, input, lstm, trained
from linter.write import keras_archive
from tests.service.wait import END_SECONDS, until

PORTS = range(20_000, 32_000)
"""Below those that the system gives to clients."""
_taken: list[IO[bytes]] = []


def free_port() -> int:
    """Return a port of loopback that nobody listens on, and that no other process of the tests is given meanwhile."""
    folder = Path(tempfile.gettempdir(), f"keras-lint-ports-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        held = (folder / str(port)).open("wb")
        with contextlib.suppress(OSError), socket.socket() as probe:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            _taken.append(held)
            return port
        held.close()
    raise AssertionError("no port is free")


def model(seed: int = 0, units: int = 8, **changes: Any) -> bytes:
    """Return a small model with one planted error: a softmax on one unit."""
    built: Built = trained(
        chain(
            input(6),
            dense(units, activation="relu", name=changes.get("name", "hidden")),
            dense(1, activation="softmax"),
            loss="binary_crossentropy",
        ),
        seed=seed,
    )
    return keras_archive(built)


def recurrent() -> bytes:
    """Return a model with an unbounded recurrent activation."""
    return keras_archive(trained(chain(input(5, 3), lstm(4, activation="relu"), dense(1)), seed=3))


@dataclass
class Server:
    """A running server."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    verb: str = "serve"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    token: str = ""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of its processes."""
        ours = {f"KERAS_LINT_{name.upper()}": value for name, value in self.settings.items()}
        return {**os.environ, "KERAS_LINT_DATA": str(self.folder), "KERAS_LINT_PORT": str(self.port), **ours}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command of `keras-lint-server`."""
        command = [sys.executable, "-m", "service", *words]
        given: dict[str, Any] = {"env": self.environment, "capture_output": True, "text": True}
        return subprocess.run(command, **given, timeout=END_SECONDS, check=False)

    def start(self) -> Server:
        """Start it, and wait until it is ready."""
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self) -> None:
        """Start it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "service", self.verb]
            self.process = subprocess.Popen(command, env=self.environment, stderr=log, start_new_session=True)

    def wait_until_ready(self) -> None:
        """Wait until it is ready; raises AssertionError with its log where it does not come up."""
        until(self.is_ready, self.told)

    def is_ready(self) -> bool:
        """Whether it says that it is; raises AssertionError with its log where it has ended."""
        assert self.process is not None
        assert self.process.poll() is None, self.told()
        with contextlib.suppress(requests.ConnectionError):
            return self.get("/readyz" if self.verb == "serve" else "/healthz").ok
        return False

    def log(self) -> str:
        """Return what its processes logged."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def told(self) -> str:
        """Return the end of what they logged, requests aside."""
        lines = [line for line in self.log().splitlines() if '"message": "request"' not in line]
        return "\n".join(lines[-40:])

    def stop(self, number: int = signal.SIGTERM, seconds: float = END_SECONDS) -> int:
        """End it, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it at once, and wait until the processes that it has started have heard of it."""
        assert self.process is not None
        children = self.children()
        self.process.kill()
        self.process.wait()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children.values()), self.told)

    def children(self) -> dict[str, int]:
        """Return the number of each process that it has started, by verb."""
        assert self.process is not None
        found = {}
        for item in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            words = Path(f"/proc/{item}/cmdline").read_bytes().split(b"\0")
            found[words[3].decode() if len(words) > 3 else "?"] = int(item)
        return found

    def get(self, path: str, **given: Any) -> requests.Response:
        """Send a GET."""
        return self.send("GET", path, **given)

    def send(self, method: str, path: str, **given: Any) -> requests.Response:
        """Send a request."""
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **given.pop("headers", {})}
        given.setdefault("timeout", END_SECONDS)
        return requests.request(method, self.url + path, headers=headers, **given)

    def post(self, content: bytes, name: str = "model.keras", wait: int = 0, **given: Any) -> requests.Response:
        """Send a model; `data`, `options` and headers may come with it."""
        files: dict[str, Any] = {"model": (name, content)}
        if "data" in given:
            files["data"] = given.pop("data")
        fields = {"options": given.pop("options")} if "options" in given else {}
        headers = {**({"Prefer": f"wait={wait}"} if wait else {}), **given.pop("headers", {})}
        return self.send("POST", "/v1/audits", files=files, data=fields, headers=headers, **given)

    def until_over(self, audit: str) -> dict[str, Any]:
        """Ask until an audit is over; return it."""

        def over() -> dict[str, Any]:
            with contextlib.suppress(requests.ConnectionError):  # it is being started again
                found: dict[str, Any] = self.get(f"/v1/audits/{audit}").json()
                return found if found.get("state", "queued") not in ("queued", "running") else {}
            return {}

        return until(over, self.told)

    def uploads(self) -> list[Path]:
        """Return the uploads that lie there: each goes just after its audit is over."""
        return list((self.folder / "artefacts" / "uploads").glob("*"))


@contextlib.contextmanager
def running(folder: Path, **settings: str) -> Iterator[Server]:
    """Give a running server, and end it, gently if it can be."""
    server = Server(folder, settings)
    try:
        yield server.start()
    finally:
        end(server)


def end(server: Server) -> None:
    """End a server, whatever it is at."""
    if server.process is None or server.process.poll() is not None:
        return
    server.process.terminate()
    try:
        server.process.wait(60)
    except subprocess.TimeoutExpired:
        for pid in (*server.children().values(), server.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        server.process.wait(60)
