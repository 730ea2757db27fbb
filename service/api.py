"""The JSON routes below /v1: audits and rules. Says what a request means; everything else is done elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from pydantic import BaseModel

from linter import api as linter
from service import metrics
from service.accept import KeyReusedError, accept
from service.answers import body, links
from service.auth import audit_of, need
from service.context import context
from service.events import stream
from service.form import is_streaming, order
from service.jobs import QueueError, State
from service.listing import page
from service.negotiate import TYPES, chosen
from service.problems import ProblemError
from service.remove import remove
from service.shapes import AuditList, RuleBody, RuleList, RulePage
from service.tables import Audit
from service.tokens import Identity, Scope

bp = Blueprint("api", __name__, url_prefix="/v1")
WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])")


def answer(shape: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a body as JSON."""
    response = Response(shape.model_dump_json(), status, content_type="application/json")
    response.headers.update(headers or {})
    return response


@bp.post("/audits")
def create() -> Response:
    """Take a model, and answer 200 with its report if it is there in time, 202 with its address otherwise."""
    return _answered(accepted(need(Scope.WRITE)))


def accepted(identity: Identity) -> Audit:
    """Return the audit that the form of this request asks for; raises ProblemError."""
    here = context()
    _refuse_when_full()
    wanted = order(identity.owner)
    try:
        audit, fresh = accept(here.database, wanted)
    except KeyReusedError:
        raise ProblemError("key-reused", "this Idempotency-Key stands for other files or options") from None
    if fresh and not audit.cached:
        is_streaming().discard_streams((wanted.model, *((wanted.data,) if wanted.data else ())))
        _put(audit)
    if audit.cached and fresh and not _there(audit):
        is_streaming().discard_streams((wanted.model, *((wanted.data,) if wanted.data else ())))
        here.store.requeue(audit.id)
        audit.state, audit.cached = State.QUEUED, False
        _put(audit)
    return audit


def _refuse_when_full() -> None:
    here = context()
    if here.store.full(here.settings.queue_limit):
        detail = f"{here.settings.queue_limit} audits wait already"
        raise ProblemError("busy", detail, headers={"Retry-After": "2"})


def _put(audit: Audit) -> None:
    try:
        context().queue.put(audit.id)
    except QueueError:  # the row stays: it is found when the broker is back
        return


def _there(audit: Audit) -> bool:
    """Whether a cached report can still be read."""
    try:
        context().reports.text(audit.report)
    except FileNotFoundError:
        return False
    metrics.ended("cached")
    return True


def _answered(audit: Audit) -> Response:
    """Wait as long as the client would, then answer with what there is."""
    here, seconds = context(), _patience()
    headers = {"Location": links(audit.id).self}
    if seconds:
        headers["Preference-Applied"] = f"wait={seconds}"
    if not State(audit.state).over and seconds:
        with here.waiting.seat() as free:
            if free and here.waiting.until_over(audit.id, seconds):
                audit = here.store.get(audit.id) or audit
    if audit.state == State.DONE:
        report = here.reports.document(audit)
        return answer(body(audit, here.settings, report), 200, headers)
    if State(audit.state).over:
        return answer(body(audit, here.settings), 200, headers)
    return answer(body(audit, here.settings), 202, headers)


def _patience() -> int:
    found = WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), int(context().settings.max_wait)) if found else 0


@bp.get("/audits")
def listed() -> Response:
    """Return a page of one's own audits, the newest first."""
    rows, cursor = page(need(Scope.READ), request.args)
    query = {**request.args.to_dict(), "cursor": cursor or ""}
    following = f"{bp.url_prefix}/audits?{urlencode(query)}" if cursor else None
    audits = [body(row, context().settings) for row in rows]
    return answer(AuditList(audits=audits, next=following))


@bp.get("/audits/<audit>")
def get(audit: str) -> Response:
    """Return one audit."""
    return answer(body(audit_of(need(Scope.READ), audit), context().settings))


@bp.get("/audits/<audit>/report")
def report(audit: str) -> Response:
    """Return the report in the format asked for."""
    found = audit_of(need(Scope.READ), audit)
    format = chosen(request)
    match State(found.state):
        case State.EXPIRED:
            raise ProblemError("gone", "the report has been deleted: its time had come")
        case State.QUEUED | State.RUNNING:
            raise ProblemError("not-ready", f"the audit is {found.state}", headers={"Retry-After": "1"})
        case State.FAILED:
            raise ProblemError("no-report", f"the audit failed: {found.message}")
    try:
        if format == "json":
            return _sent(json.dumps(context().reports.document(found), indent=2) + "\n", format, found)
        return _sent(linter.render(context().reports.report(found), format), format, found)
    except FileNotFoundError:
        raise ProblemError("gone", "the report is no longer there") from None


def _sent(text: str, format: str, audit: Audit) -> Response:
    kind, suffix = TYPES[format]
    response = Response(text, content_type=kind)
    response.headers["Vary"] = "Accept"
    if format == "html":  # a document of its own, with its own policy; it must not act in our name
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    if request.args.get("format"):
        response.headers["Content-Disposition"] = f'attachment; filename="keras-lint-{audit.id[:8]}.{suffix}"'
    return response


@bp.get("/audits/<audit>/events")
def events(audit: str) -> Response:
    """Follow an audit to its end, as server-sent events."""
    return stream(audit_of(need(Scope.READ), audit))


@bp.delete("/audits/<audit>")
def delete(audit: str) -> Response:
    """Forget an audit, its files and its report."""
    remove(audit_of(need(Scope.WRITE), audit))
    return Response(status=204)


def catalogue() -> list[RuleBody]:
    """Return all rules."""
    return [RuleBody(**row) for row in json.loads(linter.list_rules("json", context().settings.plugins))]


@bp.get("/rules")
def rules() -> Response:
    """Return the catalogue."""
    return answer(RuleList(rules=catalogue()))


@bp.get("/rules/<code>")
def rule(code: str) -> Response:
    """Return a rule with its page."""
    found = next((item for item in catalogue() if item.code == code), None)
    if found is None:
        raise ProblemError("not-found", f"there is no rule {code!r}")
    return answer(RulePage(**found.model_dump(), page=linter.explain(code, context().settings.plugins)))
