"""Rules of other distributions: only those that the service's own settings name, whatever a request says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.linter.test_plugins import install, rule
from tests.service.server import Server, model, running
from tests.service.test_api import codes, problem


def test_a_request_can_name_none(server: Server) -> None:
    answer = server.post(model(), options=json.dumps({"plugins": ["acme"]}))
    body = problem(answer, 422, "invalid")
    assert body["errors"] == [{"where": "options.plugins", "what": "are set by who runs the service; leave them out"}]


def test_the_service_runs_those_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", "acme_rules", rule())
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path / "site"), str(Path(__file__).parents[2]))))
    with running(tmp_path / "data", plugins="acme") as ours:
        answer = ours.post(model(), wait=60, options=json.dumps({"select": ["ACME001"]}))
        assert codes(answer.json()["report"]) == {"ACME001"}
        assert "Ask the team." in ours.get("/v1/rules/ACME001").json()["page"]


def test_one_that_is_not_there_keeps_it_from_starting(tmp_path: Path) -> None:
    result = Server(tmp_path, {"plugins": "acme"}).command("serve")
    assert result.returncode == 2
    assert result.stderr.startswith("keras-lint-server: plugins: plugin 'acme' is not installed")
