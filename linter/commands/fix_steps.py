"""One fix after the other, each on the file that the one before made, until none has anything left to do."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linter.finding import Evidence, Finding, Safety
from linter.fixes import FIXES, CannotFixError, Draft, Repair, write
from linter.graph import ModelGraph
from linter.options import Options
from linter.plugins import catalogue
from linter.read import read
from linter.rule import Subject
from linter.selection import judged, selected

if TYPE_CHECKING:
    from linter.live.verify import Difference, Reference
    from linter.observation import Observation

ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Step:
    """A file and the model in it."""

    path: Path
    graph: ModelGraph


@dataclass(slots=True)
class Stepping:
    """The work on one model. `room` is a folder for files in the making."""

    step: Step
    room: Path
    options: Options
    select: tuple[str, ...] = ()
    data: str | None = None
    told: list[str] = field(default_factory=list)
    """What was done, a line each."""
    rejected: dict[str, str] = field(default_factory=dict)
    """Fixes that were planned and then left out, and why."""
    refused: dict[str, None] = field(default_factory=dict)
    """Places that a fix could not do anything about, and why; in order."""
    forgotten: bool = False
    """Whether the optimizer's state was dropped."""
    difference: Difference | None = None
    """The largest that a safe fix made."""
    _reference: Reference | None = None
    _observation: Observation | None = None
    _number: int = 0

    def run(self, *, unsafe: bool) -> None:
        """Do all chosen fixes, the safe ones first, until nothing changes."""
        chosen = [repair for repair in FIXES if (unsafe or repair.safety is Safety.SAFE) and self.codes(repair)]
        chosen = [repair for repair in chosen if self.data is not None or not repair.needs_data]
        for _ in range(ROUNDS):
            self.refused.clear()
            changed = [self._one(repair) for repair in chosen if repair.name not in self.rejected]
            if not any(changed):
                return

    def codes(self, repair: type[Repair]) -> tuple[str, ...]:
        """Return the codes for which a fix is chosen; its name for one that has none."""
        if repair.name in self.select:
            return repair.codes or (repair.name,)
        names = {other.name for other in FIXES}
        codes = tuple(item for item in self.select if item not in names)
        if self.select and not codes:
            return ()
        options = replace(self.options, select=codes) if codes else self.options
        rules = selected(catalogue(self.options.plugins), options)
        asked = repair.default or any(code in repair.codes for code in codes)
        return tuple(rule.code for rule in rules if rule.code in repair.codes) if asked else ()

    def findings(self, codes: tuple[str, ...]) -> Iterator[Finding]:
        """Yield what the rules of these codes find in the model as it is now."""
        subject = self._subject(needs_data=False)
        for rule in catalogue(self.options.plugins):
            if rule.code in codes and (subject.observation is not None or rule.evidence is not Evidence.SAMPLE):
                with np.errstate(all="ignore"):  # stored values may be anything
                    found = [judged(finding, self.options) for finding in rule().check(subject)]
                yield from (finding for finding in found if finding is not None)

    def _subject(self, *, needs_data: bool) -> Subject:
        if needs_data and self._observation is None and self.data is not None:
            from linter.live.run import Request, observe

            self._observation = observe(Request(self.step.path, self.data, self.options.limits, generators=True))
        return Subject(self.step.graph, replace(self.options, input_range=None), self._observation)

    def _one(self, repair: type[Repair]) -> bool:
        """Do one fix; return whether the model is another one now."""
        subject, draft = self._subject(needs_data=repair.needs_data), Draft.of(self.step.graph)
        for finding in list(self.findings(repair.codes)) if repair.codes else [None]:
            if finding is None or finding.code in self.codes(repair):
                repair().apply(subject, finding, draft)
        self.refused.update(dict.fromkeys(draft.refused))
        if not draft.changed:
            return False
        try:
            self._accept(repair, draft)
        except CannotFixError as error:
            self.rejected[repair.name] = str(error)
            return False
        return True

    def _accept(self, repair: type[Repair], draft: Draft) -> None:
        self._number += 1
        path = self.room / f"{self._number}{self.step.path.suffix}"
        write(self.step.path, draft, path)
        graph = read(path, self.options.limits)
        if repair.safety is Safety.SAFE:
            self._verify(graph)
        else:
            self._runs(graph)
            self._reference = None
        if self._number > 1:
            os.unlink(self.step.path)
        self.forgotten = self.forgotten or draft.touches_weights
        self.step, self._observation = Step(path, graph), None
        self.told += [f"{repair.name}: {line}" for line in draft.done]

    def _verify(self, graph: ModelGraph) -> None:
        """Raise CannotFixError where the new model does not compute what the old one does."""
        _keras()
        from linter.live.construct import CannotRebuildError
        from linter.live.verify import TOLERANCE, Reference

        try:
            self._reference = self._reference or Reference(self.step.graph, self.data)
            found = self._reference.difference(graph)
        except CannotRebuildError as error:
            raise CannotFixError(f"not verified: {error}") from None
        if not found.is_tolerable:
            worst = max(found.random, found.sample or 0.0)
            raise CannotFixError(f"the outputs would change by {worst:.2g}, more than {TOLERANCE:g}")
        self.difference = found

    def _runs(self, graph: ModelGraph) -> None:
        """Raise CannotFixError where the new model does not run."""
        _keras()
        from linter.live.construct import CannotRebuildError
        from linter.live.verify import whole

        try:
            whole(graph)
        except CannotRebuildError as error:
            raise CannotFixError(str(error)) from None


def _keras() -> None:
    """Load Keras and its backend, quietly; raises ValueError where there is none."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        importlib.import_module("keras")
    except ImportError as error:
        raise ValueError(
            f"fix runs the models and needs Keras ({error.name}): pip install 'keras-act[tensorflow]'"
        ) from None
