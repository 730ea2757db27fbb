"""Which format of a report a client wants: by `?format=`, else by what it accepts."""

from __future__ import annotations

from flask import Request

from service.problems import ProblemError, Wrong

TYPES = {
    "json": ("application/json", "json"),
    "html": ("text/html; charset=utf-8", "html"),
    "sarif": ("application/sarif+json", "sarif"),
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "junit": ("application/xml", "xml"),
    "text": ("text/plain; charset=utf-8", "txt"),
    "github": ("text/plain; charset=utf-8", "github.txt"),
}
"""Format -> media type and file suffix."""
ACCEPTED = {TYPES[name][0].partition(";")[0]: name for name in ("github", *list(TYPES)[:-1])}


def chosen(request: Request) -> str:
    """Return the format; raises ProblemError."""
    asked = request.args.get("format")
    if asked is not None:
        if asked not in TYPES:
            known = ", ".join(TYPES)
            raise ProblemError("invalid", f"there is no format {asked!r}", [Wrong("format", f"is not one of {known}")])
        return asked
    if not request.accept_mimetypes:
        return "json"
    order = ["application/json", *(kind for kind in ACCEPTED if kind != "application/json")]
    best = request.accept_mimetypes.best_match(order)
    if best is None:
        raise ProblemError("not-acceptable", f"there are {', '.join(order)}")
    return ACCEPTED[best]
