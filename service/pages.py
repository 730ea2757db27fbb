"""The HTML routes: drop a model, follow its audit, read its report. They work without script."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response as Redirection

from linter import api as linter
from service.answers import body
from service.api import accepted
from service.auth import COOKIE, audit_of, identify, need
from service.context import context
from service.jobs import State
from service.listing import page
from service.negotiate import TYPES
from service.problems import ProblemError
from service.remove import remove
from service.tables import Audit
from service.tokens import Scope

bp = Blueprint("pages", __name__)
RECENT = {"limit": "10"}
Answer = str | Response | Redirection


@bp.get("/")
def index() -> Answer:
    """Take a model, and list what there is."""
    try:
        identity = identify()
    except ProblemError:
        return redirect("/sign-in", 303)
    rows = page(identity, RECENT)[0] if identity.may(Scope.READ) else []
    audits = [body(row, context().settings) for row in rows]
    signed = bool(request.cookies.get(COOKIE)) and context().settings.asks_tokens
    return render_template("index.html", audits=audits, nonce=g.nonce, signed=signed)


@bp.post("/audits")
def create() -> Answer:
    """Take the form of the first page and go to its audit."""
    audit = accepted(need(Scope.WRITE))
    return redirect(f"/audits/{audit.id}", 303)


@bp.get("/audits/<audit>")
def show(audit: str) -> Answer:
    """Show an audit: its report, or how far it is."""
    found = audit_of(need(Scope.READ), audit)
    if found.state == State.DONE:
        return _report(found)
    return render_template("progress.html", audit=body(found, context().settings), nonce=g.nonce)


def _report(audit: Audit) -> str:
    """Show the linter's own report inside our frame."""
    try:
        report = context().reports.report(audit)
    except FileNotFoundError:
        raise ProblemError("gone", "the report is no longer there") from None
    base = current_app.jinja_env.get_template("base.html")
    frame = {"nonce": g.nonce, "audit": body(audit, context().settings), "formats": list(TYPES)}
    return linter.render_page(report, base=base, **frame)


@bp.post("/audits/<audit>/delete")
def delete(audit: str) -> Answer:
    """Forget an audit and go back."""
    remove(audit_of(need(Scope.WRITE), audit))
    return redirect("/", 303)


@bp.get("/sign-in")
def sign_in() -> Answer:
    """Ask for a token."""
    return render_template("sign-in.html", nonce=g.nonce, wrong=False)


@bp.post("/sign-in")
def signed_in() -> Answer:
    """Keep the token as a cookie that only this site's own pages send, and scripts cannot read."""
    token = request.form.get("token", "").strip()
    if context().tokens.identity(token) is None:
        return Response(render_template("sign-in.html", nonce=g.nonce, wrong=True), 401)
    answer = redirect("/", 303)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=request.is_secure, path="/")
    return answer


@bp.post("/sign-out")
def sign_out() -> Answer:
    """Forget the cookie."""
    answer = redirect("/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/", samesite="Strict", httponly=True)
    return answer
