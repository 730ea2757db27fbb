"""The body of a job, the same for every queue: the upload out of the store, linted in isolation, the report into it."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from linter import api, schema
from linter.api import IsolationError
from linter.finding import Report, Severity
from service import metrics
from service.artefacts import Artefacts
from service.jobs import BEGUN, Failure, Job, State
from service.store import Store, Tally

if TYPE_CHECKING:
    from linter.api import Isolation

NAME = "model"
DATA = "the data"
"""What a stored report calls its file: reports are shared between audits, names are not."""
TELL_SECONDS = 0.3
log = logging.getLogger("keras-lint.run")


@dataclass(frozen=True, slots=True)
class Runner:
    """One worker: its name, and all it works with."""

    worker: str
    store: Store
    artefacts: Artefacts
    isolation: Isolation
    active: dict[str, Path | None] = field(default_factory=dict)
    """What it is at, with the model's file: only that stays its own, not what it could not end because the database was
    away."""

    def run(self, job: Job) -> bool:
        """Do a job that this worker has claimed; False where its result came too late to count."""
        self.active[job.id] = None
        try:
            return self._run(job)
        finally:
            self.active.pop(job.id, None)

    def stop_cancelled(self) -> None:
        """End the processes of audits that have been deleted."""
        active = self.active.copy()
        known = self.store.states(list(active)) if active else {}
        for audit, model in active.items():
            if model is not None and (audit not in known or known[audit][0] is State.CANCELLED):
                self.isolation.stop(model)

    def _run(self, job: Job) -> bool:
        began = time.monotonic()
        try:
            tally = self._linted(job)
        except IsolationError as error:
            return self._failed(job, Failure(error.reason, str(error)), began)
        except FileNotFoundError:
            return self._failed(job, Failure("upload-lost", "the upload is no longer there"), began)
        except Exception:  # whatever goes wrong, the audit must have an end
            log.exception("audit failed", extra={"audit": job.id})
            return self._failed(job, Failure("defect", "the service failed; its log says how"), began)
        counted = self.store.finish(job, self.worker, tally)
        self._tidy(job)
        if counted:
            metrics.ended("done", time.monotonic() - began)
        elif self.store.get(job.id) is None:  # deleted in the meantime
            self.artefacts.delete(job.report)
        log.info("audit done", extra={"audit": job.id, "seconds": round(time.monotonic() - began, 3)})
        return counted

    def _failed(self, job: Job, failure: Failure, began: float) -> bool:
        counted = self.store.fail(job, self.worker, failure)
        if not counted:
            log.info("audit no longer wanted", extra={"audit": job.id})
            return False
        self._tidy(job)
        metrics.ended("failed", time.monotonic() - began)
        log.warning("audit failed", extra={"audit": job.id, "reason": failure.reason})
        return True

    def _linted(self, job: Job) -> Tally:
        options = schema.options(job.options)
        tell = _Telling(lambda stage, done: self.store.tell(job.id, stage, done))
        with ExitStack() as stack:
            model = self.active[job.id] = stack.enter_context(self.artefacts.as_path(job.model))
            data = stack.enter_context(self.artefacts.as_path(job.data)) if job.data else None
            report = api.lint_isolated(self.isolation, model, data, options, name=NAME, tell=tell)
            report = _without(report, {model: NAME, data: DATA})
        self.artefacts.write(job.report, api.render(report, "json").encode())
        return tally(report)

    def _tidy(self, job: Job) -> None:
        """Uploads are of no more use; where they cannot be deleted now, retention does it later."""
        for place in (job.model, job.data):
            if place is not None:
                with contextlib.suppress(OSError):
                    self.artefacts.delete(place)


@dataclass(slots=True)
class _Telling:
    """Writes progress down, but not more often than anybody would look."""

    write: Callable[[str, int], None]
    stage: str = BEGUN
    last: float = field(default_factory=time.monotonic)

    def __call__(self, stage: str, done: int) -> None:
        """Take note of a stage and how much of it is done."""
        if stage != self.stage or time.monotonic() - self.last >= TELL_SECONDS:
            self.last, self.stage = time.monotonic(), stage
            with contextlib.suppress(SQLAlchemyError):  # nobody's audit fails because nobody hears of it
                self.write(stage, done)


def _without(report: Report, places: Mapping[Path | None, str]) -> Report:
    """Return the report with other words for places of ours: where uploads lie is nobody's business."""
    errors = report.errors
    for place, word in places.items():
        if place is not None:
            found = str(place.absolute())
            errors = tuple(replace(error, message=error.message.replace(found, word)) for error in errors)
    return replace(report, errors=errors)


def tally(report: Report) -> Tally:
    """Return what a report holds, in numbers."""
    severities = [finding.severity for _, finding in report.findings()]
    return Tally(
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        infos=severities.count(Severity.INFO),
        unreadable=not report.models,
    )
