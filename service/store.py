"""What happens to audits in the database: accepted, claimed, told of, finished, lost and found again, deleted.

Every change of state is one statement with the state it expects, so that no two processes can both make it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from service.database import Database
from service.jobs import BEGUN, Failure, Job, State
from service.tables import Audit, Repeat, now

SECOND = 1_000_000
LOST = Failure("worker-lost", "its worker ended while it ran, as often as an audit is begun again")
BATCH = 500


@dataclass(frozen=True, slots=True)
class Tally:
    """What a report holds, in numbers."""

    errors: int = 0
    warnings: int = 0
    infos: int = 0
    unreadable: bool = False


class Store:
    """Audits in a database."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self.database = database

    def get(self, audit: str) -> Audit | None:
        """Return an audit that has not been deleted."""
        with self.database.reading() as session:
            found = session.get(Audit, audit)
            return found if found is not None and found.state != State.CANCELLED else None

    def claim(self, worker: str, lease: float, audit: str | None = None) -> Job | None:
        """Take the oldest waiting audit, or this one, for `lease` seconds; None where there is none."""
        wanted = (Audit.state == State.QUEUED) if audit is None else (Audit.state == State.QUEUED) & (Audit.id == audit)
        oldest = select(Audit.id).where(wanted).order_by(Audit.created).limit(1).with_for_update(skip_locked=True)
        begun = {"state": State.RUNNING, "worker": worker, "started": now(), "stage": BEGUN, "progress": 0}
        with self.database.writing() as session:
            # first locked, then changed: as one statement PostgreSQL may look, and lock, more than once
            found = session.scalars(oldest).one_or_none()
            if found is None:
                return None
            taken = (
                update(Audit)
                .where(Audit.id == found)
                .values(lease=now() + int(lease * SECOND), attempts=Audit.attempts + 1, **begun)
                .returning(Audit)
                .execution_options(synchronize_session=False)
            )
            return _job(session.scalars(taken).one())

    def waiting(self) -> bool:
        """Whether an audit waits to be claimed; costs next to nothing."""
        with self.database.reading() as session:
            return session.scalar(select(Audit.id).where(Audit.state == State.QUEUED).limit(1)) is not None

    def beat(self, worker: str, lease: float, audits: Collection[str]) -> None:
        """Say that a worker is at these audits: they stay its own for `lease` seconds more."""
        mine = (Audit.state == State.RUNNING) & (Audit.worker == worker) & Audit.id.in_(audits)
        self._change(mine, lease=now() + int(lease * SECOND))

    def tell(self, audit: str, stage: str, progress: int) -> None:
        """Say how far a running audit is."""
        self._change((Audit.id == audit) & (Audit.state == State.RUNNING), stage=stage, progress=progress)

    def finish(self, job: Job, worker: str, tally: Tally) -> bool:
        """Say that an audit is done; False where it is no longer this worker's."""
        return self._end(
            job,
            worker,
            state=State.DONE,
            errors=tally.errors,
            warnings=tally.warnings,
            infos=tally.infos,
            unreadable=tally.unreadable,
        )

    def fail(self, job: Job, worker: str, failure: Failure) -> bool:
        """Say that an audit ends without a report; False where it is no longer this worker's."""
        return self._end(job, worker, state=State.FAILED, reason=failure.reason, message=failure.message)

    def _end(self, job: Job, worker: str, **values: Any) -> bool:
        mine = (Audit.id == job.id) & (Audit.state == State.RUNNING) & (Audit.worker == worker)
        return bool(self._change(mine, finished=now(), lease=None, stage="", **values))

    def release(self, worker: str) -> None:
        """Give back what a worker runs, as if it had never begun: it stops in good order."""
        mine = (Audit.state == State.RUNNING) & (Audit.worker == worker)
        self._change(mine, state=State.QUEUED, worker=None, lease=None, attempts=Audit.attempts - 1, stage="")

    def recover(self, attempts: int, worker: str | None = None) -> list[str]:
        """Queue again what has lost its worker, or what this one ran before it was killed; what has been begun
        `attempts` times fails. Return the audits that wait again.
        """
        lost = (Audit.state == State.RUNNING) & ((Audit.lease < now()) if worker is None else (Audit.worker == worker))
        ended = {"state": State.FAILED, "finished": now(), "reason": LOST.reason, "message": LOST.message}
        self._change(lost & (Audit.attempts >= attempts), lease=None, stage="", **ended)
        again = (
            update(Audit)
            .where(lost)
            .values(state=State.QUEUED, worker=None, lease=None, stage="")
            .returning(Audit.id)
            .execution_options(synchronize_session=False)
        )
        with self.database.writing() as session:
            return list(session.scalars(again))

    def requeue(self, audit: str) -> None:
        """Have an audit run whose cached report has gone."""
        self._change(Audit.id == audit, state=State.QUEUED, finished=None, cached=False)

    def full(self, limit: int) -> bool:
        """Whether `limit` audits wait."""
        query = select(Audit.id).where(Audit.state == State.QUEUED).offset(limit - 1).limit(1)
        with self.database.reading() as session:
            return session.scalar(query) is not None

    def counts(self) -> dict[str, int]:
        """Return how many audits wait and run."""
        active = (State.QUEUED, State.RUNNING)
        query = select(Audit.state, func.count()).where(Audit.state.in_(active)).group_by(Audit.state)
        with self.database.reading() as session:
            found = dict(session.execute(query).tuples().all())
        return {state.value: found.get(state.value, 0) for state in active}

    def states(self, audits: Sequence[str]) -> dict[str, tuple[State, str, int]]:
        """Return state, stage and progress of each of these audits that is still there."""
        query = select(Audit.id, Audit.state, Audit.stage, Audit.progress).where(Audit.id.in_(audits))
        with self.database.reading() as session:
            return {row.id: (State(row.state), row.stage, row.progress) for row in session.execute(query)}

    def delete(self, audit: str) -> Audit | None:
        """Forget an audit and return what it was; one that is not over stays, cancelled, for its worker to see."""
        with self.database.writing() as session:
            found = session.get(Audit, audit)
            if found is None or found.state == State.CANCELLED:
                return None
            session.execute(delete(Repeat).where(Repeat.audit == audit))
            _forget(session, found)
            return found

    def expire(self, before: int) -> list[Audit]:
        """Mark what ended before a time as expired and return it, its files still to be deleted."""
        with self.database.writing() as session:
            old = select(Audit).where(Audit.finished < before, Audit.state.in_((State.DONE, State.FAILED))).limit(BATCH)
            found = list(session.scalars(old))
            session.execute(
                update(Audit).where(Audit.id.in_([one.id for one in found])).values(state=State.EXPIRED),
                execution_options={"synchronize_session": False},
            )
            return found

    def purge(self, before: int) -> None:
        """Delete the last trace of what expired, or was cancelled, before a time."""
        gone = Audit.state.in_((State.EXPIRED, State.CANCELLED)) & (Audit.finished < before)
        with self.database.writing() as session:
            session.execute(delete(Audit).where(gone).execution_options(synchronize_session=False))
            session.execute(delete(Repeat).where(Repeat.created < before))

    def known(self, places: Sequence[str]) -> set[str]:
        """Return which of these files an audit still needs."""
        columns = (Audit.model_place, Audit.data_place, Audit.report)
        kept = Audit.state.in_((State.QUEUED, State.RUNNING, State.DONE))
        with self.database.reading() as session:
            groups = (session.scalars(select(column).where(kept, column.in_(places))) for column in columns)
            return {str(place) for group in groups for place in group}

    def check(self) -> None:
        """Raise an exception where the database does not answer, or lacks its tables."""
        with self.database.reading() as session:
            session.execute(select(Audit.id).limit(1))

    def _change(self, where: ColumnElement[bool], **values: Any) -> int:
        changed = update(Audit).where(where).values(**values).execution_options(synchronize_session=False)
        with self.database.writing() as session:
            result = session.execute(changed)
            assert isinstance(result, CursorResult)
            return int(result.rowcount)


def _forget(session: Session, audit: Audit) -> None:
    if State(audit.state).over:
        session.execute(delete(Audit).where(Audit.id == audit.id), execution_options={"synchronize_session": False})
    else:
        values = {"state": State.CANCELLED, "finished": now()}
        session.execute(
            update(Audit).where(Audit.id == audit.id).values(**values), execution_options={"synchronize_session": False}
        )


def _job(audit: Audit) -> Job:
    return Job(audit.id, audit.model_place, audit.data_place, audit.options, audit.report, audit.attempts)
