"""Every error as `application/problem+json` of one shape (RFC 9457); for a browser's page, the same in words."""

from __future__ import annotations

import json
import logging

from flask import Flask, Response, g, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from service.problems import ProblemError, of_status

PROBLEM_TYPE = "application/problem+json"
DRAINED = 16 << 20
"""Bytes of a refused body that are read and thrown away, so that its sender hears the answer."""
log = logging.getLogger("keras-lint.errors")


def install(app: Flask) -> None:
    """Have an application answer all its errors so."""
    app.register_error_handler(ProblemError, answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _defect)


def answer(problem: ProblemError) -> Response:
    """Return a problem as a response."""
    _drain()
    body = problem.body(request.path, g.get("request_id", ""))
    if request.blueprint == "pages" and request.accept_mimetypes.accept_html:
        page = render_template("error.html", problem=body, nonce=g.get("nonce", ""))
        response = Response(page, problem.kind.status, content_type="text/html; charset=utf-8")
    else:
        response = Response(json.dumps(body), problem.kind.status, content_type=PROBLEM_TYPE)
    response.headers.update(problem.headers)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and error.response is None:  # a redirect to the right spelling of an address
        return Response(status=status, headers=error.get_headers())
    if status == 429:
        problem = of_status(429, f"more than {error.description}")
    else:
        problem = of_status(status, error.description or "")
    response = answer(problem)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate", "location"):
            response.headers[name] = value
    return response


def _database(error: OperationalError) -> Response:
    log.error("the database does not answer", extra={"error": str(error.orig)})
    return answer(ProblemError("unavailable", "the database does not answer", headers={"Retry-After": "5"}))


def _defect(error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return answer(ProblemError("defect", "the service failed; its log says how, under this request's id"))


def _drain() -> None:
    """Read what is left of a body of known, moderate size."""
    length = request.content_length
    if length is None or length > DRAINED:
        return
    try:
        while request.stream.read(1 << 16):
            pass
    except (HTTPException, OSError):
        return
