"""For those who watch over the service: does it live, has it all it needs, and its numbers."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, Response

from service import metrics
from service.auth import need
from service.context import context
from service.shapes import Health
from service.tokens import Scope

bp = Blueprint("health", __name__)
log = logging.getLogger("keras-lint.health")


@bp.get("/healthz")
def healthz() -> Response:
    """Answer 200: the process takes requests."""
    return Response(Health(status="ok").model_dump_json(), content_type="application/json")


@bp.get("/readyz")
def readyz() -> Response:
    """Answer 200 where database, queue and storage can be worked with, 503 with the one that cannot."""
    here = context()
    parts: dict[str, Callable[[], None]] = {
        "database": here.store.check,
        "queue": here.queue.check,
        "storage": here.artefacts.check,
    }
    checks = {name: _tried(name, check) for name, check in parts.items()}
    ready = all(state == "ok" for state in checks.values())
    shape = Health(status="ready" if ready else "not ready", checks=checks)
    return Response(shape.model_dump_json(), 200 if ready else 503, content_type="application/json")


def _tried(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # of any library
        log.warning("not ready", extra={"part": name, "error": str(error)})
        return f"failed: {type(error).__name__}"
    return "ok"


@bp.get("/metrics")
def exposed() -> Response:
    """Return the numbers that Prometheus gathers."""
    need(Scope.ADMIN)
    return Response(metrics.exposed(context().store), content_type=metrics.CONTENT_TYPE)
