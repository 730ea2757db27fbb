"""What a run of the fuzzer saw, and how it is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

STAGES = ("container", "config", "weights", "rules")


@dataclass
class Tally:
    """Inputs by format, how many of them got past each stage, and what went wrong. Times are processor time."""

    inputs: Counter[str] = field(default_factory=Counter)
    past: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    crashes: int = 0
    hangs: int = 0
    peak_mib: float = 0.0
    slowest: float = 0.0

    @classmethod
    def stored(cls, value: dict[str, Any]) -> Self:
        """Return the tally that was written as JSON."""
        return cls(**{**value, "inputs": Counter(value["inputs"]), "past": Counter(value["past"])})

    def add(self, part: Tally) -> None:
        """Count another part's inputs, too."""
        self.inputs += part.inputs
        self.past += part.past
        self.failures += part.failures
        self.crashes += part.crashes
        self.hangs += part.hangs
        self.peak_mib = max(self.peak_mib, part.peak_mib)
        self.slowest = max(self.slowest, part.slowest)

    def text(self) -> str:
        """Return the summary: totals, shares by format and stage, the first failures."""
        total = sum(self.inputs.values())
        lines = [
            f"{total:,} mutated files, {len(self.failures)} failures: {self.crashes} crashes, {self.hangs} hangs, "
            f"{len(self.failures) - self.crashes - self.hangs} others; "
            f"slowest {self.slowest:.2f} s of processor time, peak memory {self.peak_mib:.0f} MiB"
        ]
        for format, count in sorted(self.inputs.items()):
            lines.append(f"  {format}: {count:,} inputs; past {self._shares([format], count)}")
        lines.append(f"  all: {total:,} inputs; past {self._shares(self.inputs, total)}")
        return "\n".join((*lines, *(f"  {failure}" for failure in self.failures[:50])))

    def _shares(self, formats: Any, count: int) -> str:
        passed = {stage: sum(self.past[f"{format} {stage}"] for format in formats) for stage in STAGES}
        return ", ".join(f"{stage} {passed[stage] / max(count, 1):.1%}" for stage in STAGES)
