"""The routes as the OpenAPI document lists them. Says what may be asked and answered, not of what shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.listing import CURSOR, MOST, USUAL, VISIBLE
from service.negotiate import TYPES
from service.problems import KINDS

JSON = "application/json"
IDENTITY = {
    "name": "audit",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "description": "the audit's id",
}
FORM = {
    "type": "object",
    "required": ["model"],
    "additionalProperties": False,
    "properties": {
        "model": {
            "type": "string",
            "format": "binary",
            "description": "a .keras or .h5 file, weights alone, or the zip of a SavedModel's folder",
        },
        "data": {"type": "string", "format": "binary", "description": "samples to run: .npz, .npy, .csv, .parquet ..."},
        "options": {"$ref": "#/components/schemas/Wishes"},
    },
}
ENCODING = {"options": {"contentType": JSON}}
ALWAYS = (400, 401, 403, 429, 500, 503)


def paths() -> dict[str, Any]:
    """Return the `paths` of the document."""
    return {
        "/v1/audits": {"post": _create(), "get": _list()},
        "/v1/audits/{audit}": {"parameters": [IDENTITY], "get": _get(), "delete": _delete()},
        "/v1/audits/{audit}/report": {"parameters": [IDENTITY], "get": _report()},
        "/v1/audits/{audit}/events": {"parameters": [IDENTITY], "get": _events()},
        "/v1/rules": {"get": _operation("The catalogue of rules", {200: _json("RuleList")})},
        "/v1/rules/{code}": {"get": _rule()},
        "/healthz": {"get": _operation("Whether the process lives", {200: _json("Health")})},
        "/readyz": {"get": _ready()},
        "/metrics": {"get": _operation("Numbers for Prometheus", {200: _content("text/plain", {"type": "string"})})},
    }


def _operation(summary: str, answers: dict[int, Any], errors: Iterable[int] = (), **more: Any) -> dict[str, Any]:
    problems = {status: _problem(status) for status in (*ALWAYS, *errors)}
    responses = {str(status): answer for status, answer in sorted({**problems, **answers}.items())}
    return {"summary": summary, "responses": responses, **more}


def _problem(status: int) -> dict[str, Any]:
    title = next(kind.title for kind in KINDS.values() if kind.status == status)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    return {"description": title, "content": content}


def _content(kind: str, shape: dict[str, Any], about: str = "As asked") -> dict[str, Any]:
    return {"description": about, "content": {kind: {"schema": shape}}}


def _json(name: str, about: str = "As asked") -> dict[str, Any]:
    return _content(JSON, {"$ref": f"#/components/schemas/{name}"}, about)


def _text(name: str, place: str, about: str, **shape: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "description": about, "schema": {"type": "string", **shape}}


def _create() -> dict[str, Any]:
    located = {"Location": {"description": "where the audit is", "schema": {"type": "string"}}}
    return _operation(
        "Have a model audited",
        {
            200: {**_json("AuditBody", "Over, with its report"), "headers": located},
            202: {**_json("AuditBody", "Accepted; ask for it at Location"), "headers": located},
        },
        (409, 413, 415, 422),
        operationId="createAudit",
        requestBody={"required": True, "content": {"multipart/form-data": {"schema": FORM, "encoding": ENCODING}}},
        parameters=[
            _text("Prefer", "header", "`wait=N`: answer when it is over, or after N seconds", examples=["wait=20"]),
            _text("Idempotency-Key", "header", "the same key, the same audit", pattern="^[!-~]{1,255}$"),
        ],
    )


def _list() -> dict[str, Any]:
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    return _operation(
        "Audits, the newest first",
        {200: _json("AuditList")},
        (422,),
        operationId="listAudits",
        parameters=[
            _text("state", "query", "one or more, joined by commas", enum=list(VISIBLE)),
            _text("sha256", "query", "of the model"),
            _text("name", "query", "of the model's file"),
            {"name": "limit", "in": "query", "description": "audits a page", "schema": limit},
            _text("cursor", "query", "from `next` of the page before", pattern=f"^{CURSOR}$"),
        ],
    )


def _get() -> dict[str, Any]:
    return _operation("One audit", {200: _json("AuditBody")}, (404,), operationId="getAudit")


def _delete() -> dict[str, Any]:
    gone = {204: {"description": "Forgotten, with its files and its report"}}
    return _operation("Forget an audit", gone, (404,), operationId="deleteAudit")


def _report() -> dict[str, Any]:
    kinds = {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind, _ in TYPES.values()}
    kinds |= {JSON: {"schema": {"$ref": "#/components/schemas/Report"}}}
    kinds |= {"application/sarif+json": {"schema": {"type": "object"}}}
    return _operation(
        "The report, by Accept or ?format=",
        {200: {"description": "The report", "content": kinds}},
        (404, 406, 409, 410, 422),
        operationId="getReport",
        parameters=[_text("format", "query", "stronger than Accept", enum=list(TYPES))],
    )


def _events() -> dict[str, Any]:
    about = "`progress` events, then one `end` with the audit"
    names = {"event": {"enum": ["progress", "end"]}, "data": {"type": "string", "contentMediaType": JSON}}
    event = {"type": "object", "properties": names}
    events = {200: _content("text/event-stream", event, about)}
    return _operation("Follow an audit", events, (404,), operationId="followAudit")


def _rule() -> dict[str, Any]:
    code = {**_text("code", "path", "the rule's code", pattern="^[A-Z]{3}[0-9]{3}$"), "required": True}
    return _operation("A rule and its page", {200: _json("RulePage")}, (404,), parameters=[code], operationId="getRule")


def _ready() -> dict[str, Any]:
    answers = {200: _json("Health", "All there"), 503: _json("Health", "Something is not")}
    return _operation("Whether database, queue and storage can be worked with", answers)
