"""What can go wrong with a request: every kind of RFC 9457 problem that this service answers. Knows no Flask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem; `slug` is its name for programs."""

    slug: str
    status: int
    title: str


KINDS = {
    kind.slug: kind
    for kind in (
        Kind("malformed", 400, "The request cannot be understood"),
        Kind("unauthorized", 401, "A token is needed"),
        Kind("forbidden", 403, "This token may not do that"),
        Kind("foreign-origin", 403, "The request comes from another site's page"),
        Kind("not-found", 404, "There is no such thing"),
        Kind("method-not-allowed", 405, "This cannot be done here"),
        Kind("not-acceptable", 406, "There is no report in the format asked for"),
        Kind("not-ready", 409, "The audit is not over"),
        Kind("no-report", 409, "The audit ended without a report"),
        Kind("key-reused", 409, "The Idempotency-Key was used for another request"),
        Kind("gone", 410, "The report has been deleted"),
        Kind("too-large", 413, "The request is too large"),
        Kind("unsupported-media-type", 415, "The body is of another type than expected"),
        Kind("invalid", 422, "The request says something that cannot be done"),
        Kind("too-many-requests", 429, "Too many requests"),
        Kind("defect", 500, "The service failed"),
        Kind("busy", 503, "The service is busy"),
        Kind("unavailable", 503, "The service cannot work now"),
    )
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong with a request: where, and what."""

    where: str
    what: str


@dataclass
class ProblemError(Exception):
    """A request that ends with a problem."""

    slug: str
    detail: str
    errors: Sequence[Wrong] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """The kind of problem."""
        return KINDS[self.slug]

    def body(self, instance: str, request: str) -> dict[str, Any]:
        """Return the problem as RFC 9457 wants it; `request` is the request's id."""
        return {
            "type": f"/docs#problem-{self.slug}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "instance": instance,
            "request_id": request,
            "errors": [{"where": wrong.where, "what": wrong.what} for wrong in self.errors],
        }


def of_status(status: int, detail: str) -> ProblemError:
    """Return the problem for a status that a library answered."""
    slug = next((kind.slug for kind in KINDS.values() if kind.status == status), None)
    if slug is None:
        slug = "malformed" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "defect"
    return ProblemError(slug, detail)
