"""The database's tables. Times are microseconds since 1970, so that they sort and compare alike everywhere."""

from __future__ import annotations

import time

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> int:
    """Return the time in microseconds."""
    return time.time_ns() // 1000


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {int: BigInteger}  # noqa: RUF012 - SQLAlchemy's way


class Audit(Base):
    """One audit, from the moment it is accepted."""

    __tablename__ = "audits"
    __table_args__ = (
        Index("audits_by_state", "state", "created"),
        Index("audits_by_owner", "owner", "created", "id"),
        Index("audits_by_key", "cache_key", "state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(32), default="")
    state: Mapped[str] = mapped_column(String(16))
    created: Mapped[int]
    started: Mapped[int | None]
    finished: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(200))
    lease: Mapped[int | None]
    stage: Mapped[str] = mapped_column(String(32), default="")
    progress: Mapped[int] = mapped_column(default=0)

    model_place: Mapped[str] = mapped_column(String(400))
    model_name: Mapped[str] = mapped_column(Text)
    model_sha256: Mapped[str] = mapped_column(String(64))
    model_size: Mapped[int]
    data_place: Mapped[str | None] = mapped_column(String(400))
    data_name: Mapped[str | None] = mapped_column(Text)
    data_sha256: Mapped[str | None] = mapped_column(String(64))
    data_size: Mapped[int | None]
    options: Mapped[str] = mapped_column(Text)

    cache_key: Mapped[str] = mapped_column(String(64))
    cached: Mapped[bool] = mapped_column(default=False)
    report: Mapped[str] = mapped_column(String(400))
    errors: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[int] = mapped_column(default=0)
    infos: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(32), default="")
    message: Mapped[str] = mapped_column(Text, default="")


class Repeat(Base):
    """An Idempotency-Key and what it stood for."""

    __tablename__ = "repeats"

    owner: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    audit: Mapped[str] = mapped_column(String(32), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    created: Mapped[int]


class Token(Base):
    """A token's hash; the token itself is shown once and kept nowhere."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[str] = mapped_column(String(200))
    created: Mapped[int]
    revoked: Mapped[int | None]
