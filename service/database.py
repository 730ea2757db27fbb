"""One engine a process: SQLite in WAL mode, so that readers never wait, or PostgreSQL; and its migrations."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).with_name("migrations")
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON")


class Database:
    """Sessions that read and sessions that write."""

    def __init__(self, url: str, connections: int = 64) -> None:
        """Remember the URL; the first session connects."""
        self.url = url
        local = url.startswith("sqlite")
        arguments: dict[str, Any] = {"connect_args": {"isolation_level": None}} if local else {"pool_pre_ping": True}
        self.engine = create_engine(url, pool_size=8, max_overflow=connections, **arguments)
        if local:
            event.listen(self.engine, "connect", _pragmas)
            event.listen(self.engine, "begin", _begin)
        self._writing = self.engine.execution_options(writes=True)
        # SQLite has one writer at a time, and who finds it taken sleeps long: here our own threads stand in line
        self._turn: AbstractContextManager[object] = threading.Lock() if local else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that commits at its end, unless an exception ends it."""
        with self._turn, Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _pragmas(connection: Any, _: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer asks for the lock at once: one that has read before could no longer wait for it."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(url: str) -> None:
    """Bring the database's tables to the shape that this version expects."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def engine_of(url: str) -> Engine:
    """Return an engine for migrations."""
    return Database(url).engine
