"""The base of all rules: what a rule declares, what it is given, and how it reports.

A rule is one final class in one file of `linter/rules`: its docstring is its page, its examples are its tests,
`check` yields findings.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar, cast

from linter.finding import Certainty, Evidence, Finding, Fix, Severity
from linter.graph import ModelGraph
from linter.options import Options

if TYPE_CHECKING:
    from linter.observation import Observation

T = TypeVar("T")
DEFAULTS = Options()
URL = "https://github.com/keras-act/keras-act/blob/main/linter/rules/README.md#"


class Example(NamedTuple):
    """A model in one line of the names of `linter.build`, and what is to be seen in it."""

    model: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule is given: the model, what to judge, what a run on data saw.

    And a store for analyses that rules share.
    """

    graph: ModelGraph
    options: Options = DEFAULTS
    observation: Observation | None = None
    memory: dict[str, object] = field(default_factory=dict, compare=False)

    def once(self, key: str, make: Callable[[], T]) -> T:
        """Return what was made under `key` before, or make it now."""
        if key not in self.memory:
            self.memory[key] = make()
        return cast(T, self.memory[key])

    def shown(self, rule: type[Rule]) -> Subject:
        """Return what a rule may look at: one about the configuration sees no nodes that the weights alone tell of."""
        if rule.evidence is not Evidence.CONFIG or not self.graph.guessed:
            return self
        return self.once("shown", lambda: Subject(replace(self.graph, nodes=()), self.options, self.observation))

    def has(self, key: str) -> bool:
        """Whether an analysis was asked for: a report tells of none that would read the weights for it alone."""
        return key in self.memory


class Rule(ABC):
    """One thing that can be wrong with a model."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    evidence: ClassVar[Evidence] = Evidence.CONFIG
    certainty: ClassVar[Certainty] = Certainty.PROVEN
    url: ClassVar[str] = ""
    """Where a rule of another distribution is explained; ours are in one document."""
    default: ClassVar[bool] = True
    """False for a rule that runs only when its full code is selected."""
    flagged: ClassVar[tuple[Example, ...]] = ()
    passing: ClassVar[tuple[Example, ...]] = ()

    @abstractmethod
    def check(self, model: Subject) -> Iterator[Finding]:
        """Yield one finding a cause."""

    def finding(
        self,
        message: str,
        layers: tuple[str, ...] = (),
        *,
        severity: Severity | None = None,
        evidence: Evidence | None = None,
        certainty: Certainty | None = None,
        units: Mapping[str, tuple[int, ...]] | None = None,
        pointer: str = "",
        measured: Mapping[str, float] | None = None,
        fix: Fix | None = None,
    ) -> Finding:
        """Return a finding of this rule; what is not given is as the rule declares."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            evidence=evidence or self.evidence,
            certainty=certainty or self.certainty,
            message=message,
            layers=layers,
            units=units or {},
            pointer=pointer,
            measured=measured or {},
            fix=fix,
            url=self.url or (f"{URL}{self.code.lower()}" if type(self).__module__.startswith("linter.rules.") else ""),
        )


def defects(rule: Rule, model: Subject) -> Iterator[Finding]:
    """Yield a finding for each defect that the reader met under the rule's code."""
    for defect in model.graph.defects:
        if defect.code == rule.code:
            yield rule.finding(defect.message, defect.layers, pointer=defect.pointer, measured=defect.measured)
