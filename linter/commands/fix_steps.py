"""One fix after the other, each on the file that the one before made, until none has anything left to do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from linter.commands.fix_choice import all_codes, codes_of, findings
from linter.commands.fix_proof import Proof
from linter.finding import Safety
from linter.fixes import FIXES, CannotFixError, Draft, Repair, write
from linter.graph import ModelGraph
from linter.options import Options
from linter.read import UnreadableError, read
from linter.rule import Subject

if TYPE_CHECKING:
    from linter.observation import Observation

ROUNDS = 20
Found = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Step:
    """A file and the model in it, and the fix that made it."""

    path: Path
    graph: ModelGraph
    repair: type[Repair] | None = None
    found: Found = frozenset()
    """Each finding's code with each of its layers."""


@dataclass(slots=True)
class Stepping:
    """The work on one model. `room` is a folder for files in the making."""

    steps: list[Step]
    room: Path
    options: Options
    select: tuple[str, ...] = ()
    data: str | None = None
    told: list[str] = field(default_factory=list)
    """What was done, a line each."""
    rejected: dict[str, str] = field(default_factory=dict)
    """Fixes that were planned and cannot be verified, and why."""
    held: dict[str, str] = field(default_factory=dict)
    """Fixes that would bring findings which were not there, and which."""
    refused: dict[str, None] = field(default_factory=dict)
    """Places that a fix could not do anything about, and why; in order."""
    forgotten: bool = False
    """Whether the optimizer's state was dropped."""
    proof: Proof = field(default_factory=Proof)
    _observation: Observation | None = None
    _number: int = 0

    @property
    def step(self) -> Step:
        """The model as it is now."""
        return self.steps[-1]

    def run(self, *, unsafe: bool) -> None:
        """Do all chosen fixes, the safe ones first; those that bring a finding are left out, unless asked for."""
        self.steps = [replace(self.step, found=self._found())]
        while True:
            self._settle(unsafe)
            culprit = self._culprit()
            if self.select or culprit is None:
                return
            self.held[culprit[0]] = culprit[1]
            self.steps, self.told, self.forgotten, self.proof = self.steps[:1], [], False, Proof()
            self._observation = None

    def _settle(self, unsafe: bool) -> None:
        """Go round until nothing changes."""
        for _ in range(ROUNDS):
            self.refused.clear()
            chosen = [repair for repair in FIXES if unsafe or repair.safety is Safety.SAFE]
            chosen = [repair for repair in chosen if repair.name not in {**self.rejected, **self.held}]
            changed = [self._one(repair) for repair in chosen if self.data is not None or not repair.needs_data]
            if not any(changed):
                return

    def subject(self, *, needs_data: bool = False) -> Subject:
        """Return what rules and fixes are given: what they prove has to hold for any input."""
        if needs_data and self._observation is None and self.data is not None:
            from linter.live.run import Request, observe

            self._observation = observe(Request(self.step.path, self.data, self.options.limits, generators=True))
        return Subject(self.step.graph, replace(self.options, input_range=None), self._observation)

    def _one(self, repair: type[Repair]) -> bool:
        """Do one fix; return whether the model is another one now."""
        codes = codes_of(repair, self.select, self.options)
        if not codes:
            return False
        subject, draft = self.subject(needs_data=repair.needs_data), Draft.of(self.step.graph)
        try:
            for finding in list(findings(subject, codes, self.options)) if repair.codes else [None]:
                repair().apply(subject, finding, draft)
            self.refused.update(dict.fromkeys(draft.refused))
            if draft.changed:
                self._accept(repair, draft)
        except (CannotFixError, UnreadableError) as error:
            self.rejected[repair.name] = str(error)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            self.rejected[repair.name] = f"the file is not as Keras writes it ({type(error).__name__}: {error})"
        return draft.changed and repair.name not in self.rejected

    def _accept(self, repair: type[Repair], draft: Draft) -> None:
        self._number += 1
        path = self.room / f"{self._number}{self.step.path.suffix}"
        write(self.step.path, draft, path)
        graph = read(path, self.options.limits)
        if repair.safety is Safety.SAFE:
            self.proof.same(self.step.graph, graph, self.data)
        else:
            self.proof.runs(graph)
        if len(self.steps) > 1:
            self.step.path.unlink()
        self.forgotten = self.forgotten or draft.touches_weights
        self.steps.append(Step(path, graph, repair))
        self._observation = None
        self.steps[-1] = replace(self.step, found=self._found())
        self.told += [f"{repair.name}: {line}" for line in draft.done]

    def _found(self) -> Found:
        """Return what is found without data in the model as it is now."""
        subject = Subject(self.step.graph, self.options)
        listed = findings(subject, all_codes(self.options), self.options)
        return frozenset((finding.code, layer) for finding in listed for layer in finding.layers or ("",))

    def _culprit(self) -> tuple[str, str] | None:
        """Return the safe fix that brought the first of the findings that are new in the end, and what it brought."""
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            new = (after.found - before.found) & self.step.found - self.steps[0].found
            if new and after.repair is not None and after.repair.safety is Safety.SAFE:
                return after.repair.name, ", ".join(sorted({f"{code} in {layer}" for code, layer in new}))
        return None
