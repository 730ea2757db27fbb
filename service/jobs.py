"""Audits as jobs: states, what a worker is given, how one fails, what a queue is. A leaf: no Flask, no database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """Where an audit stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Deleted before it was over."""
    EXPIRED = "expired"
    """Its report has been deleted when its time had come."""

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (State.QUEUED, State.RUNNING)


BEGUN = "reading"
"""The first stage of every audit that runs."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent: where it lies in the artefact store, what its sender calls it, what it is."""

    place: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know of an audit. `options` is JSON; `report` is where the report is to lie."""

    id: str
    model: str
    data: str | None
    options: str
    report: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no report. `reason` is a word for programs, `message` a line for people."""

    reason: str
    message: str


class Queue(Protocol):
    """Where audits wait; the database holds them from the moment they are accepted, a queue only makes haste."""

    def put(self, audit: str) -> None:
        """See to it that the audit is run; raises QueueError."""

    def check(self) -> None:
        """Raise QueueError where nobody would run anything."""


class QueueError(Exception):
    """A queue that takes nothing."""
