"""What every request works with: one of each for an application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from service.artefacts import Artefacts
from service.database import Database
from service.jobs import Queue
from service.queues import queue_of
from service.reports import Reports
from service.settings import Settings
from service.store import Store
from service.tokens import Tokens
from service.waiting import Waiting

RESERVED = 8
"""Threads of a web process that never wait for an audit."""


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of one application."""

    settings: Settings
    database: Database
    store: Store
    artefacts: Artefacts
    reports: Reports
    tokens: Tokens
    queue: Queue
    waiting: Waiting

    @classmethod
    def of(cls, settings: Settings) -> Context:
        """Return the parts that the settings ask for."""
        database, artefacts = Database(settings.database, settings.threads), Artefacts(settings.storage)
        store = Store(database)
        seats = max(1, settings.threads - RESERVED)
        return cls(
            settings,
            database,
            store,
            artefacts,
            Reports(artefacts),
            Tokens(database),
            queue_of(settings),
            Waiting(store, seats),
        )


def context() -> Context:
    """Return the parts of the application that handles this request."""
    return cast("Context", current_app.extensions["keras-lint"])
