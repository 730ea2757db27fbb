"""Processes are killed at random while audits come in; `tests.bench.bench_service_chaos` does it at length."""

from __future__ import annotations

from pathlib import Path

from tests.service.chaos import Chaos, part, whole
from tests.service.server import running

FEW = 40


def test_killed_at_random_every_audit_ends(tmp_path: Path) -> None:
    with running(tmp_path / "own", lease="2", attempts="10") as server:
        victims = {"web": part(server, "web"), "worker": part(server, "worker"), "server": whole(server)}
        chaos = Chaos(server, victims, FEW)
        ends = chaos.run()
    assert chaos.killed.total() > 0
    assert ends.total() == FEW
    assert ends["wrong"] == 0
    assert ends["right"] >= 0.95 * FEW
