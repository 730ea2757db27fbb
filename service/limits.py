"""How many requests a token, or an address without one, may make in a time (Flask-Limiter)."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Flask, request
from flask_limiter import Limiter

from service.auth import COOKIE
from service.settings import Settings


def install(app: Flask, settings: Settings) -> None:
    """Count requests to the API, unless only the owner of this machine can ask."""
    if settings.open_loopback:
        return
    limiter = Limiter(_who, storage_uri=settings.rate_storage, headers_enabled=True, swallow_errors=True)
    limiter.init_app(app)
    app.extensions["keras-lint-limiter"] = limiter  # the views know it by a weak reference only
    views: dict[str, Any] = app.view_functions
    for name, view in views.items():
        if name == "api.create":
            views[name] = limiter.limit(settings.create_limit)(view)
        elif name.startswith(("api.", "pages.sign")):
            views[name] = limiter.limit(settings.rate_limit)(view)


def _who() -> str:
    """Return the token's hash, so that no secret is stored where requests are counted, or the address."""
    token = request.headers.get("Authorization", "") or request.cookies.get(COOKIE, "")
    return hashlib.sha256(token.encode()).hexdigest()[:32] if token else request.remote_addr or "nobody"
