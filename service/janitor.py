"""Retention: reports go when their time has come; files that no audit knows of, and what a killed worker left, after a
while.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from linter.api import SCRATCH
from service.artefacts import Artefacts
from service.settings import Settings
from service.store import Store
from service.tables import now

EVERY = 60.0
ORPHANED = 6 * 3600.0
"""Seconds after which a file that no audit knows of is nobody's: longer than any upload or audit takes."""
HOUR = 3_600_000_000
GROUP = 200
log = logging.getLogger("keras-lint.janitor")


@dataclass(slots=True)
class Janitor:
    """Clears away what is old."""

    settings: Settings
    store: Store
    artefacts: Artefacts
    due: float = 0.0

    def sweep_when_due(self) -> None:
        """Sweep, but no more often than every minute, or twice while a report is kept."""
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + min(EVERY, self.settings.retention_hours * 1800)
            self.sweep()

    def sweep(self) -> None:
        """Expire reports, delete what nobody needs, and forget in the end."""
        kept = int(self.settings.retention_hours * HOUR)
        while expired := self.store.expire(now() - kept):
            places = [
                place for audit in expired for place in (audit.model_place, audit.data_place, audit.report) if place
            ]
            self._delete_unless_known(places)
            log.info("reports expired", extra={"audits": len(expired)})
        self.store.purge(now() - 2 * kept)
        for folder in ("uploads", "reports"):
            self._orphans(folder)
        _left_behind()

    def _orphans(self, folder: str) -> None:
        edge = time.time() - ORPHANED
        self._delete_unless_known([place for place, changed in self.artefacts.listed(folder) if changed < edge])

    def _delete_unless_known(self, places: list[str]) -> None:
        """Delete files, but none that a living audit shares."""
        for start in range(0, len(places), GROUP):
            group = places[start : start + GROUP]
            known = self.store.known(group)
            for place in set(group) - known:
                self.artefacts.delete(place)


def _left_behind() -> None:
    """Delete the folders of jobs whose worker was killed; those of other users stay, as the system sees to it."""
    edge = time.time() - ORPHANED
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        with contextlib.suppress(OSError):
            if folder.lstat().st_mtime < edge:
                shutil.rmtree(folder, ignore_errors=True)
