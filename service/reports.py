"""Stored reports, as their audit's owner is to see them: under the name of the file that was sent."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from linter import schema
from linter.finding import Report
from service.artefacts import Artefacts
from service.tables import Audit

KEPT, LARGEST = 64, 256 << 10
"""How many reports are kept in memory, and the bytes beyond which one is not."""


class Reports:
    """Reads reports from the store."""

    def __init__(self, artefacts: Artefacts) -> None:
        """Read from this store."""
        self.artefacts = artefacts
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def document(self, audit: Audit) -> dict[str, Any]:
        """Return the JSON report of a finished audit; raises FileNotFoundError."""
        found: dict[str, Any] = json.loads(self.text(audit.report))
        for said in (*found["models"], *found["errors"]):
            said["path"] = audit.model_name
        return found

    def report(self, audit: Audit) -> Report:
        """Return the report of a finished audit; raises FileNotFoundError."""
        found = schema.report(self.text(audit.report))
        models = tuple(replace(model, path=audit.model_name) for model in found.models)
        errors = tuple(replace(error, path=audit.model_name) for error in found.errors)
        return replace(found, models=models, errors=errors)

    def text(self, place: str) -> bytes:
        """Return a report as it is stored; raises FileNotFoundError."""
        with self._lock:
            if place in self._kept:
                self._kept.move_to_end(place)
                return self._kept[place]
        text = self.artefacts.read(place)
        if len(text) <= LARGEST:
            with self._lock:
                self._kept[place] = text
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return text
