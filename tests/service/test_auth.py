"""Tokens: what each may see and do, and that nobody learns what is another's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.service.server import Server, model, running
from tests.service.test_api import problem


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    with running(tmp_path_factory.mktemp("closed"), auth="on", create_limit="1000/minute") as started:
        yield started


def holder(server: Server, *scopes: str) -> Server:
    """Return the same server as somebody with a new token sees it."""
    words = [word for scope in scopes for word in ("--scope", scope)]
    made = server.command("tokens", "create", "somebody", *words)
    assert made.returncode == 0, made.stderr
    return Server(server.folder, server.settings, port=server.port, process=server.process, token=made.stdout.strip())


def test_no_token_no_answer(closed: Server) -> None:
    for path in ("/v1/audits", "/v1/audits/none", "/metrics"):
        answer = closed.get(path)
        problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    problem(closed.post(model()), 401, "unauthorized")
    problem(closed.get("/v1/audits", headers={"Authorization": "Bearer kl_nonsense"}), 401, "unauthorized")
    assert closed.get("/healthz").status_code == 200


def test_everybody_sees_only_what_is_theirs(closed: Server) -> None:
    one, other, admin = holder(closed), holder(closed), holder(closed, "admin")
    content = model(seed=11)
    mine = one.post(content, "private-name.keras", wait=60).json()
    for path in (mine["links"]["self"], mine["links"]["report"], mine["links"]["events"]):
        problem(other.get(path), 404, "not-found")
    problem(other.send("DELETE", mine["links"]["self"]), 404, "not-found")
    assert other.get("/v1/audits").json()["audits"] == []
    theirs = other.post(content, "other.keras", wait=60)
    assert not theirs.json()["cached"]
    assert "private-name" not in theirs.text
    assert one.post(content, wait=60).json()["cached"]
    assert admin.get(mine["links"]["self"]).json()["model"]["name"] == "private-name.keras"
    assert {audit["id"] for audit in admin.get("/v1/audits").json()["audits"]} >= {mine["id"], theirs.json()["id"]}
    assert admin.get("/metrics").status_code == 200
    problem(one.get("/metrics"), 403, "forbidden")


def test_an_idempotency_key_is_its_holders(closed: Server) -> None:
    key, content = {"Idempotency-Key": "same"}, model(seed=12)
    one, other = holder(closed), holder(closed)
    first = one.post(content, headers=key).json()
    second = other.post(content, headers=key).json()
    assert first["id"] != second["id"]


def test_scopes(closed: Server) -> None:
    reader, writer = holder(closed, "read"), holder(closed, "write")
    problem(reader.post(model()), 403, "forbidden")
    made = writer.post(model(seed=13))
    assert made.status_code == 202
    problem(writer.get(made.json()["links"]["self"]), 403, "forbidden")
    assert reader.get("/v1/audits").status_code == 200
    assert writer.send("DELETE", made.json()["links"]["self"]).status_code == 204


def test_a_revoked_token_allows_nothing(closed: Server) -> None:
    one = holder(closed)
    assert one.get("/v1/audits").status_code == 200
    identity = one.token.split("_")[1]
    assert identity in closed.command("tokens", "list").stdout
    assert one.token.split("_", 2)[2] not in closed.command("tokens", "list").stdout
    assert closed.command("tokens", "revoke", identity).returncode == 0
    problem(one.get("/v1/audits"), 401, "unauthorized")
    assert closed.command("tokens", "revoke", "nobody").returncode == 2
    assert one.token.split("_", 2)[2].encode() not in (closed.folder / "audits.sqlite").read_bytes()


def test_other_sites_pages_can_change_nothing(server: Server) -> None:
    files = {"model": ("m.keras", model())}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        problem(server.send("POST", "/v1/audits", files=files, headers=headers), 403, "foreign-origin")
    own = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    assert server.send("POST", "/v1/audits", files=files, headers=own).status_code in (200, 202)


def test_on_loopback_only_loopbacks_names_are_answered(server: Server) -> None:
    answer = requests.get(f"{server.url}/v1/audits", headers={"Host": "evil.example"}, timeout=60)
    problem(answer, 400, "malformed")


def test_too_many_requests(closed: Server) -> None:
    folder = closed.folder / "limited"
    with running(folder, auth="on", rate_limit="3/hour", web_workers="1") as limited:
        one, other = holder(limited), holder(limited)
        assert [one.get("/v1/audits").status_code for _ in range(4)] == [200, 200, 200, 429]
        answer = one.get("/v1/audits")
        problem(answer, 429, "too-many-requests")
        assert int(answer.headers["Retry-After"]) > 0
        assert other.get("/v1/audits").status_code == 200
