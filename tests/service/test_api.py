"""The API as a client sees it, over a real socket."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from linter import schema
from linter.api import lint
from tests.service.server import Server, model, recurrent
from tests.service.wait import until

SAVED_MODEL = Path(__file__).parents[2] / "../shared/models/AbisheakJacob+ANN-Customer-Analytics/saved_model"
SHAPE = {"type", "title", "status", "detail", "instance", "request_id", "errors"}


def problem(response: requests.Response, status: int, slug: str) -> dict[str, Any]:
    """Return the body of an error after looking at its shape."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) == SHAPE
    assert body["status"] == status
    assert body["type"].endswith(f"#problem-{slug}")
    assert body["request_id"] == response.headers["X-Request-Id"]
    return body


def codes(report: dict[str, Any]) -> set[str]:
    """Return the codes of a report's findings."""
    return {finding["code"] for found in report["models"] for finding in found["findings"]}


def test_an_audit_from_upload_to_report(server: Server) -> None:
    answer = server.post(model(seed=1), "theirs.keras")
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/audits/{answer.json()['id']}"
    assert answer.json()["state"] == "queued"
    audit = server.until_over(answer.json()["id"])
    assert audit["state"] == "done"
    assert audit["model"]["name"] == "theirs.keras"
    report = server.get(audit["links"]["report"]).json()
    assert "OUT501" in codes(report)
    assert report["models"][0]["path"] == "theirs.keras"
    assert report["models"][0]["sha256"] == audit["model"]["sha256"]
    assert audit["summary"]["errors"] == sum(f["severity"] == "error" for f in report["models"][0]["findings"])
    assert schema.report(json.dumps(report)).models


def test_who_waits_gets_the_report_at_once(server: Server) -> None:
    answer = server.post(recurrent(), wait=60)
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "wait=60"
    assert "RNN101" in codes(answer.json()["report"])


def test_the_same_file_and_options_are_not_judged_twice(server: Server) -> None:
    content = model(seed=2)
    first = server.post(content, "first.keras", wait=60).json()
    again = server.post(content, "again.keras")
    assert again.status_code == 200
    assert again.json()["cached"]
    assert again.json()["id"] != first["id"]
    assert again.json()["report"]["models"][0]["path"] == "again.keras"
    other = server.post(content, options='{"ignore": ["OUT501"]}', wait=60).json()
    assert not other["cached"]
    assert "OUT501" not in codes(other["report"])


def test_a_cached_report_outlives_the_audit_it_came_from(server: Server) -> None:
    content = model(seed=3)
    first = server.post(content, wait=60).json()
    again = server.post(content).json()
    assert server.send("DELETE", f"/v1/audits/{first['id']}").status_code == 204
    assert server.get(again["links"]["report"]).status_code == 200
    assert server.send("DELETE", f"/v1/audits/{again['id']}").status_code == 204
    assert not server.post(content, wait=60).json()["cached"]


def test_an_idempotency_key_stands_for_one_audit(server: Server) -> None:
    key, content = {"Idempotency-Key": "order-66"}, model(seed=4)
    first = server.post(content, headers=key).json()
    server.until_over(first["id"])
    again = server.post(content, headers=key)
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    problem(server.post(model(seed=5), headers=key), 409, "key-reused")
    problem(server.post(content, headers={"Idempotency-Key": "x" * 256}), 422, "invalid")


@pytest.mark.parametrize(
    ("format", "kind", "sign"),
    [
        ("json", "application/json", '"schema": 1'),
        ("html", "text/html", "<!DOCTYPE html>"),
        ("sarif", "application/sarif+json", '"version": "2.1.0"'),
        ("markdown", "text/markdown", "OUT501"),
        ("junit", "application/xml", "<testsuite"),
        ("text", "text/plain", "OUT501"),
        ("github", "text/plain", "::error"),
    ],
)
def test_a_report_in_every_format(server: Server, format: str, kind: str, sign: str) -> None:
    audit = server.post(model(seed=1), "each.keras", wait=60).json()
    asked = server.get(f"{audit['links']['report']}?format={format}")
    assert asked.headers["Content-Type"].startswith(kind)
    assert sign in asked.text
    assert "attachment" in asked.headers["Content-Disposition"]
    if format != "github":
        assert server.get(audit["links"]["report"], headers={"Accept": kind}).text == asked.text


def test_formats_that_are_not_there(server: Server) -> None:
    audit = server.post(model(seed=1), wait=60).json()
    problem(server.get(audit["links"]["report"], headers={"Accept": "image/png"}), 406, "not-acceptable")
    problem(server.get(f"{audit['links']['report']}?format=pdf"), 422, "invalid")


def test_lists_go_on_where_they_ended(server: Server) -> None:
    made = [server.post(model(seed=1), f"list-{at}.keras", wait=60).json()["id"] for at in range(5)]
    seen: list[str] = []
    path = "/v1/audits?limit=2&state=done"
    while path and not set(made) <= set(seen):
        page = server.get(path).json()
        assert len(page["audits"]) <= 2
        seen += [audit["id"] for audit in page["audits"]]
        path = page["next"]
    assert seen[:5] == made[::-1]
    assert len(seen) == len(set(seen))
    (named,) = server.get("/v1/audits?name=list-3.keras").json()["audits"]
    assert named["id"] == made[3]
    assert server.get("/v1/audits?sha256=0").json() == {"audits": [], "next": None}
    for wrong in ("limit=0", "limit=101", "limit=x", "state=odd", "cursor=!", "colour=red"):
        problem(server.get(f"/v1/audits?{wrong}"), 422, "invalid")


def test_what_is_deleted_is_gone(server: Server) -> None:
    audit = server.post(model(seed=6), wait=60).json()
    assert server.send("DELETE", audit["links"]["self"]).status_code == 204
    problem(server.get(audit["links"]["self"]), 404, "not-found")
    problem(server.get(audit["links"]["report"]), 404, "not-found")
    problem(server.send("DELETE", audit["links"]["self"]), 404, "not-found")
    assert audit["id"] not in server.get("/v1/audits?limit=100").text


def test_events_tell_of_the_end(server: Server) -> None:
    audit = server.post(model(seed=7)).json()
    answer = server.get(audit["links"]["events"], stream=True)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    events = [part.split("\n") for part in answer.text.split("\n\n") if part.startswith("event:")]
    names = [lines[0].removeprefix("event: ") for lines in events]
    last = json.loads(events[-1][1].removeprefix("data: "))
    assert names[-1] == "end"
    assert set(names[:-1]) == {"progress"}
    assert last["id"] == audit["id"]
    assert last["state"] == "done"


def test_no_model_is_a_report_that_says_so(server: Server) -> None:
    audit = server.post(b"GIF89a, surely", "cat.gif", wait=60).json()
    assert audit["state"] == "done"
    assert audit["summary"]["unreadable"]
    assert audit["report"]["errors"][0]["path"] == "cat.gif"


def test_what_cannot_be_run_on_its_data_is_still_judged(server: Server) -> None:
    audit = server.post(model(seed=11), data=("data.npz", b"no samples"), wait=60).json()
    assert audit["state"] == "done"
    assert not audit["summary"]["unreadable"]
    assert audit["report"]["models"][0]["findings"]
    (error,) = audit["report"]["errors"]
    assert error["path"] == audit["report"]["models"][0]["path"]
    assert error["message"].startswith("the data is damaged or no NumPy file")  # and not where the server keeps them
    page = server.send("GET", f"/audits/{audit['id']}").text
    assert "1 model not run on the data" in page


@pytest.mark.skipif(not SAVED_MODEL.exists(), reason="the collection of real models is not here")
def test_a_saved_model_comes_as_a_zip(server: Server) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(SAVED_MODEL.rglob("*")):
            archive.write(path, f"model/{path.relative_to(SAVED_MODEL)}")
    audit = server.post(packed.getvalue(), "model.zip", wait=60).json()
    (found,) = audit["report"]["models"]
    assert found["format"] == "saved_model"
    assert found["parameters"] == lint(SAVED_MODEL).models[0].parameters
    assert found["layers"]


def test_uploads_do_not_stay(server: Server) -> None:
    audit = server.post(model(seed=8), wait=60).json()
    assert audit["state"] == "done"
    server.post(model(seed=8))
    until(lambda: not server.uploads(), server.told)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ("{", "options"),
        ("[]", "options"),
        ('{"colour": "red"}', "options"),
        ('{"select": ["XYZ"]}', "options"),
        ('{"limits": {"max_seconds": 1e9}}', "options.limits.max_seconds"),
        ('{"limits": {"max_json_depth": 100000}}', "options.limits.max_json_depth"),
        ('{"input_range": [1]}', "options.input_range"),
    ],
)
def test_options_that_make_no_sense(server: Server, options: str, where: str) -> None:
    body = problem(server.post(model(), options=options), 422, "invalid")
    assert all(error["where"].startswith(where) for error in body["errors"])
    assert body["errors"]


def test_an_input_range_in_either_order(server: Server) -> None:
    audit = server.post(model(seed=9), options='{"input_range": [1, 0]}').json()
    assert audit["options"]["input_range"] == [0.0, 1.0]


def test_limits_can_be_lowered(server: Server) -> None:
    audit = server.post(model(seed=9), options='{"limits": {"max_layers": 1}}', wait=60).json()
    assert audit["options"]["limits"]["max_layers"] == 1
    assert audit["summary"]["unreadable"]


def test_forms_that_are_not_as_expected(server: Server) -> None:
    send = server.send
    problem(
        send("POST", "/v1/audits", data=b"x", headers={"Content-Type": "application/json"}),
        415,
        "unsupported-media-type",
    )
    problem(send("POST", "/v1/audits"), 415, "unsupported-media-type")
    problem(send("POST", "/v1/audits", files={"data": ("x", b"x")}), 422, "invalid")
    problem(send("POST", "/v1/audits", files={"model": (None, "text")}), 422, "invalid")
    problem(send("POST", "/v1/audits", files={"model": ("x", b"x"), "extra": ("y", b"y")}), 422, "invalid")
    two = [("model", ("a", b"a")), ("model", ("b", b"b"))]
    problem(send("POST", "/v1/audits", files=two), 422, "invalid")
    torn = {"Content-Type": "multipart/form-data"}
    problem(send("POST", "/v1/audits", data=b"x", headers=torn), 422, "invalid")
    until(lambda: not server.uploads(), server.told)


def test_rules(server: Server) -> None:
    rules = server.get("/v1/rules").json()["rules"]
    assert "OUT501" in {rule["code"] for rule in rules}
    page = server.get("/v1/rules/OUT501").json()
    assert page["name"] == "softmax-on-one-unit"
    assert "OUT501" in page["page"]
    problem(server.get("/v1/rules/OUT999"), 404, "not-found")


def test_what_is_not_there(server: Server) -> None:
    problem(server.get("/v1/audits/none"), 404, "not-found")
    problem(server.get("/v1/nothing"), 404, "not-found")
    answer = server.send("PUT", "/v1/audits")
    problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].replace(" ", "").split(",")) >= {"GET", "POST"}


def test_data_are_run_and_seen(server: Server, tmp_path: Path) -> None:
    from importlib.util import find_spec

    if find_spec("keras") is None:
        pytest.skip("running a model needs Keras")
    np.savez(tmp_path / "data.npz", x=np.random.default_rng(0).normal(size=(32, 6)).astype("float32"))
    data = ("data.npz", (tmp_path / "data.npz").read_bytes())
    answer = server.post(model(seed=10), data=data)
    audit = server.until_over(answer.json()["id"])
    assert audit["state"] == "done", audit
    report = server.get(audit["links"]["report"]).json()
    assert report["errors"] == []
    assert report["models"][0]["sample"]["n"] == 32
    assert audit["data"]["name"] == "data.npz"
