"""Threads of a web process that wait for audits: one of their own asks the database for all of them at once."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.jobs import State
from service.store import Store

TICK, QUIET = 0.03, 15.0
Standing = tuple[State, str, int]
"""State, stage and progress."""


@dataclass(slots=True)
class _Watched:
    """An audit that somebody waits for."""

    waiters: int = 0
    standing: Standing | None = None
    news: threading.Condition = field(default_factory=threading.Condition)


class Waiting:
    """Who waits for what in this process."""

    def __init__(self, store: Store, seats: int) -> None:
        """Ask `store`; no more than `seats` may wait at once, so that others are still served."""
        self.store = store
        self._seats = threading.BoundedSemaphore(seats)
        self._lock = threading.Lock()
        self._watched: dict[str, _Watched] = {}
        self._running = False
        self.closed = threading.Event()

    @contextlib.contextmanager
    def seat(self) -> Iterator[bool]:
        """Give True where one more may wait; the seat is free again at the end."""
        free = not self.closed.is_set() and self._seats.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self._seats.release()

    def changes(self, audit: str, seconds: float) -> Iterator[Standing]:
        """Yield how an audit stands each time that changes, until it is over or time is up; after QUIET seconds without
        news the same again. One that has gone is cancelled.
        """
        deadline = time.monotonic() + seconds
        with self._place(audit) as watched:
            last: Standing | None = None
            while not self.closed.is_set() and (left := deadline - time.monotonic()) > 0:
                with watched.news:
                    if watched.standing in (None, last):
                        watched.news.wait(min(left, QUIET))
                    standing = watched.standing
                if standing is None:
                    continue
                last = standing
                yield standing
                if standing[0].over:
                    return

    def until_over(self, audit: str, seconds: float) -> bool:
        """Wait until an audit is over; False where it is not within `seconds`."""
        return any(standing[0].over for standing in self.changes(audit, seconds))

    def close(self) -> None:
        """Send everybody away."""
        self.closed.set()
        with self._lock:
            watched = list(self._watched.values())
        for one in watched:
            with one.news:
                one.news.notify_all()

    @contextlib.contextmanager
    def _place(self, audit: str) -> Iterator[_Watched]:
        with self._lock:
            watched = self._watched.setdefault(audit, _Watched())
            watched.waiters += 1
            if not self._running:
                self._running = True
                threading.Thread(target=self._ask, name="waiting", daemon=True).start()
        try:
            yield watched
        finally:
            with self._lock:
                watched.waiters -= 1
                if not watched.waiters:
                    self._watched.pop(audit, None)

    def _ask(self) -> None:
        """Ask while anybody waits."""
        while True:
            with self._lock:
                wanted = dict(self._watched)
                if not wanted:
                    self._running = False
                    return
            with contextlib.suppress(Exception):  # a database that is away for a moment; who waits has a deadline
                found = self.store.states(list(wanted))
                for audit, watched in wanted.items():
                    self._pass_on(watched, found.get(audit, (State.CANCELLED, "", 0)))
            time.sleep(TICK)

    def _pass_on(self, watched: _Watched, standing: Standing) -> None:
        if standing != watched.standing:
            with watched.news:
                watched.standing = standing
                watched.news.notify_all()
