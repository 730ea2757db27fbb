"""The OpenAPI document holds what the service does: tried by Schemathesis over a real socket, with all its checks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.server import Server

EXAMPLES = 40


def test_the_document_is_sound_and_refers_to_nothing_missing(server: Server) -> None:
    document = server.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    text = json.dumps(document)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"], name
    assert "$defs" not in text


def test_every_route_of_the_api_is_listed(server: Server) -> None:
    from service import create_app
    from service.settings import Settings

    app = create_app(Settings(data=server.folder))
    rules = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(("pages.", "static"))]
    ours = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    listed = server.get("/openapi.json").json()["paths"]
    told = {(path, method) for path, item in listed.items() for method in item if method != "parameters"}
    assert ours - {("/openapi.json", "get"), ("/docs", "get")} == told


def test_the_page_shows_every_route(server: Server) -> None:
    page = server.get("/docs").text
    for path in server.get("/openapi.json").json()["paths"]:
        assert f" {path}</code>" in page


def test_schemathesis_finds_nothing(server: Server, tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("schemathesis")
    if not command.exists() and shutil.which("schemathesis") is None:
        pytest.skip("Schemathesis is not installed")
    done = subprocess.run(
        [str(command), "run", f"{server.url}/openapi.json", "--checks=all", f"--max-examples={EXAMPLES}",
         "--request-timeout=200", "--seed=1", "--no-color", "--suppress-health-check=all"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:]
