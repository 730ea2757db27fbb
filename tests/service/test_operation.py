"""Operation: stops in time, comes back from kills with every audit, refuses when full, forgets in time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from service import serve, web
from service.queues import local
from tests.service.server import Server, end, model, running
from tests.service.test_api import codes, problem
from tests.service.wait import until

MANY = 12


@pytest.fixture
def own(tmp_path: Path) -> Server:
    return Server(tmp_path / "own", {"jobs": "1", "lease": "2"})


def test_whatever_runs_is_ended_within_ten_seconds() -> None:
    assert max(web.GRACE, local.GRACE) + 3 < serve.STOP_SECONDS < 10


def test_it_stops_at_sigterm_and_loses_nothing(own: Server) -> None:
    try:
        own.start()
        made = [own.post(model(seed=at)).json()["id"] for at in range(MANY)]
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(own.post, model(seed=99), wait=60)
            until(lambda: len(own.get("/v1/audits?limit=100").json()["audits"]) > MANY, own.told)
            assert own.stop(signal.SIGTERM) == 0
            assert waiting.exception() is not None or waiting.result().status_code in (200, 202)
        own.start()
        assert {own.until_over(audit)["state"] for audit in made} == {"done"}
    finally:
        end(own)


@pytest.mark.parametrize("victim", ["worker", "web"])
def test_a_killed_process_comes_back_and_every_audit_ends_right(own: Server, victim: str) -> None:
    try:
        own.start()
        made = [own.post(model(seed=at)).json()["id"] for at in range(MANY)]
        os.kill(own.children()[victim], signal.SIGKILL)
        own.wait_until_ready()
        ended = [own.until_over(audit) for audit in made]
        assert {audit["state"] for audit in ended} == {"done"}
        assert all("OUT501" in codes(own.get(audit["links"]["report"]).json()) for audit in ended)
    finally:
        end(own)


def test_a_killed_server_finds_its_audits_again(own: Server) -> None:
    try:
        own.start()
        made = [own.post(model(seed=at)).json()["id"] for at in range(MANY)]
        own.kill()  # its processes are told to stop when their parent is gone
        own.start()
        assert {own.until_over(audit)["state"] for audit in made} == {"done"}
    finally:
        end(own)


def test_processes_that_have_not_heard_of_their_parents_end_look_for_themselves(
    own: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_LINT_PARENT", "1" if os.getpid() != 1 else "2")  # not who starts them here
    for verb in ("web", "worker"):
        own.folder.mkdir(exist_ok=True)
        assert own.command("migrate").returncode == 0
        assert own.command(verb).returncode == 0


def halted(server: Server) -> int:
    """Stop the worker where it stands, yet not while it holds the database; return its number."""
    worker = server.children()["worker"]
    while True:
        os.kill(worker, signal.SIGSTOP)
        with contextlib.closing(sqlite3.connect(server.folder / "audits.sqlite", timeout=0.5)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os.kill(worker, signal.SIGCONT)
                time.sleep(0.05)
            else:
                database.rollback()
                return worker


def test_a_full_queue_says_when_to_come_again(tmp_path: Path) -> None:
    with running(tmp_path, jobs="1", queue_limit="2") as server:
        worker = halted(server)
        answers = [server.post(model(seed=at)) for at in range(3)]
        os.kill(worker, signal.SIGCONT)
        assert [answer.status_code for answer in answers] == [202, 202, 503]
        problem(answers[2], 503, "busy")
        assert int(answers[2].headers["Retry-After"]) > 0
        assert server.until_over(answers[1].json()["id"])["state"] == "done"
        assert server.post(model(seed=9)).status_code == 202


def test_clients_that_wait_leave_room_for_others(tmp_path: Path) -> None:
    with running(tmp_path, web_workers="1", threads="12", jobs="1", max_wait="300") as server:
        worker = halted(server)
        with ThreadPoolExecutor(20) as pool:
            waiting = [pool.submit(server.post, model(seed=at), wait=300) for at in range(20)]
            until(lambda: sum(one.done() for one in waiting) >= 20 - 4, server.told)  # 12 threads, 8 of them reserved
            assert server.get("/healthz").json()["status"] == "ok"
            assert {one.result().status_code for one in waiting if one.done()} == {202}
            os.kill(worker, signal.SIGCONT)
            assert {one.result().status_code for one in waiting} == {200, 202}


def test_reports_expire(tmp_path: Path) -> None:
    with running(tmp_path, retention_hours="0.0005", lease="1") as server:  # 1.8 s
        audit = server.post(model(seed=1), wait=60).json()
        until(lambda: server.get(audit["links"]["self"]).json().get("state") != "done", server.told)
        answer = server.get(audit["links"]["report"])
        assert answer.status_code in (404, 410)
        reports = tmp_path / "artefacts" / "reports"
        until(lambda: not list(reports.glob("*.json")), server.told)  # the row is told of before the file is gone


def test_too_large_an_upload_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, max_upload=str(1 << 20)) as server:
        problem(server.post(b"x" * (2 << 20)), 413, "too-large")
        until(lambda: not server.uploads(), server.told)
        assert server.post(model()).status_code == 202


def counted(server: Server) -> dict[str, float]:
    """Return the numbers that Prometheus is told."""
    lines = [line.rsplit(" ", 1) for line in server.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(number) for name, number in lines}


def logged(server: Server) -> list[dict[str, Any]]:
    """Return the lines of a server's log."""
    return [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]


def test_metrics_count_over_all_processes(tmp_path: Path) -> None:
    with running(tmp_path, web_workers="2") as server:
        for content in (model(seed=0), model(seed=1)):
            server.post(content, wait=60)
            server.post(content, wait=60)
        until(lambda: counted(server).get('keras_lint_audits_total{outcome="done"}', 0) == 2)
        numbers = counted(server)
        assert numbers['keras_lint_audits_total{outcome="cached"}'] == 2
        assert numbers['keras_lint_audit_seconds_count{outcome="done"}'] == 2
        assert numbers['keras_lint_audits{state="queued"}'] == 0


def test_logs_are_json_and_tell_no_content(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        answer = server.post(model(name="secret_layer"), "secret.keras", wait=60, headers={"X-Request-Id": "my-id"})
        assert answer.headers["X-Request-Id"] == "my-id"
        until(lambda: any(line.get("request") == "my-id" and line["status"] == 200 for line in logged(server)))
        until(lambda: any(line["message"] == "audit done" for line in logged(server)))
        assert "secret" not in server.log()
