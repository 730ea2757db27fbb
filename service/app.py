"""The WSGI application, put together from its parts."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any, cast

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from service import api, errors, health, limits, metrics, pages, specification
from service.auth import check_origin
from service.context import Context
from service.settings import LOOPBACK, Settings, load
from service.upload import StreamingRequest

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
log = logging.getLogger("keras-lint.requests")


def create_app(config: Settings | Mapping[str, Any] | None = None) -> Flask:
    """Return the application. config: settings, or some that override environment and file; raises SettingsError."""
    settings = config if isinstance(config, Settings) else load(config)
    app = Flask("service", static_folder="static", template_folder="templates")
    app.request_class = StreamingRequest
    app.config.update(MAX_CONTENT_LENGTH=settings.max_upload, TRUSTED_HOSTS=_hosts(settings))
    app.extensions["keras-lint"] = Context.of(settings)
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_discard)
    for part in (api, health, pages, specification):
        app.register_blueprint(part.bp)
    errors.install(app)
    limits.install(app, settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _hosts(settings: Settings) -> list[str] | None:
    """Names that are answered to: on loopback only its own, or any page could reach us under a name of its choice."""
    if settings.hosts:
        return list(settings.hosts)
    return [*LOOPBACK, "[::1]"] if settings.open_loopback else None


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.match(given) else secrets.token_hex(8)
    g.began = time.monotonic()
    g.nonce = secrets.token_urlsafe(16)
    check_origin()


def _end(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = g.get("request_id", "")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"  # with none, our own forms would come from "null"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers.setdefault("Cache-Control", "no-store")
    page = response.mimetype == "text/html"
    headers.setdefault("Content-Security-Policy", PAGE_POLICY.format(nonce=g.get("nonce", "")) if page else POLICY)
    route = request.url_rule.rule if request.url_rule else "none"
    metrics.answered(request.method, route, response.status_code)
    if request.path not in ("/healthz", "/readyz", "/metrics"):
        seconds = round(time.monotonic() - g.get("began", time.monotonic()), 4)
        told = {"request": g.get("request_id", ""), "method": request.method, "route": route}
        log.info("request", extra={**told, "status": response.status_code, "seconds": seconds})
    return response


def _discard(_: BaseException | None) -> None:
    cast("StreamingRequest", request).discard_streams()
