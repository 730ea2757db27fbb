"""DED408: units to which, or from which, no weight leads are taken out; a constant goes into the next bias."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.removal import host, remove
from linter.fixes.repair import Repair
from linter.rule import Subject


@final
class RemoveDisconnectedUnits(Repair):
    """A unit without weights is a constant, or unheard."""

    name: ClassVar = "remove-disconnected-units"
    codes: ClassVar = ("DED408",)

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        for layer, units in finding.units.items() if finding else ():
            try:
                remove(model, draft, host(model, layer), tuple(units))
            except CannotFixError as error:
                draft.refuse(error)
