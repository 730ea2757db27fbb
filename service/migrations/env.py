"""How migrations reach the database; run by `service.database.migrate` only."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from service.database import engine_of
from service.tables import Base

LOCK = 7_201_993
"""Number of the lock that keeps two servers from migrating one PostgreSQL at once."""

engine = engine_of(context.config.attributes["url"])
with engine.connect() as connection:
    if engine.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
        connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
