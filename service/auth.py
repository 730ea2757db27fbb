"""Who asks, what they may, and whether it is really them: tokens by header or cookie, and no page of another site."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import g, request

from service.context import context
from service.problems import ProblemError
from service.tables import Audit
from service.tokens import ANYBODY, Identity, Scope

COOKIE = "keras_lint_token"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="keras-lint"'}
SAFE = ("GET", "HEAD", "OPTIONS")


def check_origin() -> None:
    """Refuse what a browser sends for another site's page; raises ProblemError. Programs send none of these headers."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    foreign = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    if foreign or (origin is not None and urlsplit(origin).netloc != request.host):
        raise ProblemError("foreign-origin", "state can only be changed from this service's own pages")


def identify() -> Identity:
    """Return who asks; raises ProblemError where nobody known does."""
    if "identity" not in g:
        g.identity = _identity()
    found: Identity = g.identity
    return found


def _identity() -> Identity:
    here = context()
    if not here.settings.asks_tokens:
        return ANYBODY
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    token = value.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE, "")
    found = here.tokens.identity(token)
    if found is None:
        detail = "the token is not known, or revoked" if token else "send `Authorization: Bearer TOKEN`"
        raise ProblemError("unauthorized", detail, headers=CHALLENGE)
    return found


def need(scope: Scope) -> Identity:
    """Return who asks, if they may; raises ProblemError."""
    found = identify()
    if not found.may(scope):
        raise ProblemError("forbidden", f"this needs a token with the scope {scope.value!r}")
    return found


def audit_of(identity: Identity, audit: str) -> Audit:
    """Return an audit that `identity` may see; raises ProblemError, the same for what is not there and another's."""
    found = context().store.get(audit)
    if found is None or not identity.owns(found.owner):
        raise ProblemError("not-found", "there is no such audit")
    return found
