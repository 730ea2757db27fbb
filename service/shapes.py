"""The bodies of answers as pydantic models; the OpenAPI document is made from them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from service.jobs import State


class Shape(BaseModel):
    """What all bodies have in common."""

    model_config = ConfigDict(frozen=True)


class File(Shape):
    """A file as it was uploaded."""

    name: str = Field(description="as its sender calls it")
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(ge=0, description="bytes")


class Progress(Shape):
    """How far a running audit is."""

    stage: str = Field(description="reading, judging or sampling; empty when it does not run")
    done: int = Field(description="rules that have judged, or samples that have been run")


class Summary(Shape):
    """What a report holds, in numbers."""

    errors: int
    warnings: int
    infos: int
    unreadable: bool = Field(description="whether nothing could be said of the file")


class FailureBody(Shape):
    """Why there is no report."""

    reason: str = Field(description="time, memory, output, crash, failed, sandbox, worker-lost, upload-lost or defect")
    message: str


class Links(Shape):
    """Where more is to be had."""

    self: str
    report: str
    events: str
    page: str


class AuditBody(Shape):
    """An audit. Times are ISO 8601 in UTC."""

    id: str = Field(pattern="^[0-9a-f]{32}$")
    state: State
    created: str
    started: str | None
    finished: str | None
    expires: str | None = Field(description="when its report will be deleted")
    model: File
    data: File | None
    options: dict[str, Any]
    cached: bool = Field(description="whether an earlier report on the same files and options was taken")
    progress: Progress
    summary: Summary | None = Field(description="of the report, when the audit is done")
    failure: FailureBody | None
    links: Links
    report: dict[str, Any] | None = Field(None, description="the JSON report, where the answer was waited for")


class AuditList(Shape):
    """Audits, the newest first."""

    audits: list[AuditBody]
    next: str | None = Field(description="the next page's address; null on the last")


class RuleBody(Shape):
    """A rule of the catalogue."""

    code: str
    name: str
    severity: str
    evidence: str
    default: bool = Field(description="whether it runs unless asked otherwise")
    summary: str


class RulePage(RuleBody):
    """A rule with its page."""

    page: str = Field(description="what it means and what to do, as Markdown")


class RuleList(Shape):
    """The catalogue."""

    rules: list[RuleBody]


class WrongBody(Shape):
    """One thing wrong with a request."""

    where: str
    what: str


class ProblemBody(Shape):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[WrongBody]


class Health(Shape):
    """Whether the service lives, and what it needs is there."""

    status: str
    checks: dict[str, str] = Field(default_factory=dict)
