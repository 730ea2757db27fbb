"""Rows of the database as the bodies of answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from service.jobs import State
from service.settings import Settings
from service.shapes import AuditBody, FailureBody, File, Links, Progress, Summary
from service.tables import Audit

HOUR = 3_600_000_000


def time_of(moment: int | None) -> str | None:
    """Return a time of the database in ISO 8601."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment / 1e6, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def body(audit: Audit, settings: Settings, report: dict[str, Any] | None = None) -> AuditBody:
    """Return an audit as clients see it."""
    state = State(audit.state)
    ends = audit.finished + int(settings.retention_hours * HOUR) if audit.finished is not None else None
    return AuditBody(
        id=audit.id,
        state=state,
        created=time_of(audit.created) or "",
        started=time_of(audit.started),
        finished=time_of(audit.finished),
        expires=time_of(ends),
        model=File(name=audit.model_name, sha256=audit.model_sha256, size=audit.model_size),
        data=_data(audit),
        options=json.loads(audit.options),
        cached=audit.cached,
        progress=Progress(stage=audit.stage if state is State.RUNNING else "", done=audit.progress),
        summary=_summary(audit) if state in (State.DONE, State.EXPIRED) and not audit.reason else None,
        failure=FailureBody(reason=audit.reason, message=audit.message) if audit.reason else None,
        links=links(audit.id),
        report=report,
    )


def links(audit: str) -> Links:
    """Return where more of an audit is to be had."""
    here = f"/v1/audits/{audit}"
    return Links(self=here, report=f"{here}/report", events=f"{here}/events", page=f"/audits/{audit}")


def _data(audit: Audit) -> File | None:
    if audit.data_sha256 is None:
        return None
    return File(name=audit.data_name or "", sha256=audit.data_sha256, size=audit.data_size or 0)


def _summary(audit: Audit) -> Summary:
    return Summary(errors=audit.errors, warnings=audit.warnings, infos=audit.infos, unreadable=audit.unreadable)
