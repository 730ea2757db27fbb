"""A new audit: taken from an earlier one where files and options are the same, else queued; never twice for one key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.artefacts import digest
from service.database import Database
from service.jobs import State, Upload
from service.tables import Audit, Repeat, now


@dataclass(frozen=True, slots=True)
class Order:
    """What a client asks for. `options` is JSON in one spelling; `rules` names what judges."""

    owner: str
    model: Upload
    data: Upload | None
    options: str
    rules: str
    key: str | None = None

    @property
    def fingerprint(self) -> str:
        """Equal for equal requests."""
        return digest(self.model.sha256, self.data.sha256 if self.data else "", self.options)

    @property
    def cache_key(self) -> str:
        """Equal where an earlier report will do: of the same owner, so that nobody learns what others have sent."""
        return digest(self.owner, self.rules, self.fingerprint)


class KeyReusedError(Exception):
    """An Idempotency-Key that stands for another request."""


def accept(database: Database, order: Order) -> tuple[Audit, bool]:
    """Return the audit of an order, and whether it is new; raises KeyReusedError."""
    try:
        with database.writing() as session:
            return _accepted(session, order)
    except IntegrityError:  # somebody else has used the key in this very moment
        with database.writing() as session:
            return _accepted(session, order)


def _accepted(session: Session, order: Order) -> tuple[Audit, bool]:
    earlier = session.get(Repeat, (order.owner, order.key)) if order.key else None
    if earlier is not None:
        if earlier.fingerprint != order.fingerprint:
            raise KeyReusedError
        audit = session.get(Audit, earlier.audit)
        if audit is not None:
            return audit, False
        session.delete(earlier)
        session.flush()
    audit = _new(order, _twin(session, order))
    session.add(audit)
    if order.key:
        session.add(
            Repeat(owner=order.owner, key=order.key, audit=audit.id, fingerprint=order.fingerprint, created=now())
        )
    return audit, True


def _twin(session: Session, order: Order) -> Audit | None:
    done = (Audit.cache_key == order.cache_key) & (Audit.state == State.DONE)
    return session.scalars(select(Audit).where(done).order_by(Audit.finished.desc()).limit(1)).one_or_none()


def _new(order: Order, twin: Audit | None) -> Audit:
    made, identity, data = now(), secrets.token_hex(16), order.data
    audit = Audit(
        id=identity,
        owner=order.owner,
        state=State.QUEUED,
        created=made,
        attempts=0,
        stage="",
        progress=0,
        model_place=order.model.place,
        model_name=order.model.name,
        model_sha256=order.model.sha256,
        model_size=order.model.size,
        options=order.options,
        cache_key=order.cache_key,
        cached=False,
        report=f"reports/{identity}.json",
        errors=0,
        warnings=0,
        infos=0,
        unreadable=False,
        reason="",
        message="",
    )
    if data is not None:
        audit.data_place, audit.data_name, audit.data_sha256, audit.data_size = (
            data.place,
            data.name,
            data.sha256,
            data.size,
        )
    if twin is not None:
        audit.state, audit.cached, audit.report = State.DONE, True, twin.report
        audit.started = audit.finished = made
        audit.errors, audit.warnings, audit.infos = twin.errors, twin.warnings, twin.infos
        audit.unreadable = twin.unreadable
    return audit
