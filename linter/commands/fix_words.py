"""What fix says: what was done, what could not be, what needs --unsafe, what is advice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from linter.commands.fix_choice import all_codes, findings
from linter.commands.fix_steps import Stepping
from linter.finding import Finding, Safety
from linter.fixes import FIXES
from linter.fixes.advice import SNIPPETS
from linter.reporters.escape import clip, plain

NEEDS = {Safety.SAFE: "by hand", Safety.UNSAFE: "by hand", Safety.ADVICE: "advice"}


def render(work: Stepping, output: Path, *, written: bool, unsafe: bool) -> str:
    """Return the result as text, line by line."""
    head = f"wrote {output}" if work.told else f"nothing to fix: {output} is the model as it was"
    lines = [head if written else "nothing written", *(f"  fixed {plain(line)}" for line in work.told)]
    if work.proof.difference is not None:
        lines.append(f"old and new model compute the same: {_measured(work)}")
    if work.told and work.forgotten:
        lines.append("the optimizer's moments, where the file held any, are dropped: training goes on with fresh ones")
    lines += [f"  left out {plain(name)}: {plain(why)}" for name, why in work.rejected.items()]
    lines += [
        f"  left out {plain(name)}: it would bring {plain(why)}; --select it to have it all the same"
        for name, why in work.held.items()
    ]
    lines += [f"  not fixed: {plain(why)}" for why in work.refused]
    return "\n".join([*lines, *_left(work, unsafe)])


def _measured(work: Stepping) -> str:
    assert work.proof.difference is not None
    random, sample = work.proof.difference.random, work.proof.difference.sample
    told = f"relative difference {random:.1g} on random inputs"
    return told if sample is None else f"{told}, {sample:.1g} on the samples"


def _left(work: Stepping, unsafe: bool) -> Iterator[str]:
    """Yield a line for every finding that is still there and has a remedy."""
    for finding in findings(work.subject(), all_codes(work.options), work.options):
        if finding.fix is not None:
            where = f" in {clip(', '.join(finding.layers))}" if finding.layers else ""
            yield plain(f"  {_need(work, finding, unsafe)} {finding.code} {finding.name}{where}: {finding.fix.summary}")
            if finding.fix.safety is Safety.ADVICE and finding.code in SNIPPETS:
                yield f"      {SNIPPETS[finding.code]}"


def _need(work: Stepping, finding: Finding, unsafe: bool) -> str:
    assert finding.fix is not None
    able = [
        repair for repair in FIXES if finding.code in repair.codes and repair.name not in {**work.rejected, **work.held}
    ]
    if not unsafe and any(repair.safety is Safety.UNSAFE for repair in able):
        return "needs --unsafe:"
    return f"{NEEDS[finding.fix.safety]}:"
