"""NUM705."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject


@final
class GradientOutOfRange(Rule):
    """Gradients that vanish or explode on the sample.

    ## What it does
    Makes one backward pass over four samples (sixteen where nothing comes through), with the stored loss where there
    are labels, else with the mean squared output in its place, and compares the gradient's root mean square from kernel
    to kernel.

    ## Why is this bad?
    Where gradients differ by many orders of magnitude, no learning rate fits: some layers stand still while others
    run away.

    ## The numbers behind
    Reported when the gradient is not finite, or when the greatest exceeds the least by a factor of 10^6 and more.

    ## References
    Glorot, Bengio (2010); Pascanu, Mikolov, Bengio (2013), arXiv:1211.5063.
    """

    code: ClassVar = "NUM705"
    name: ClassVar = "gradient-out-of-range"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.OBSERVED
    flagged: ClassVar = (Example("observed(small(), 100, gradients={'dense/kernel': 1e-9, 'dense_1/kernel': 0.1})"),)
    passing: ClassVar = (Example("observed(small(), 100, gradients={'dense/kernel': 0.01, 'dense_1/kernel': 0.1})"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        from math import isfinite

        assert model.observation is not None
        found = model.observation.gradients
        if len(found) < 2:
            return
        bad = tuple(name for name, size in found.items() if not isfinite(size))
        if bad:
            yield self.finding(
                f"the gradient is NaN or infinite at {', '.join(bad[:4])}", tuple(n.rpartition("/")[0] for n in bad)
            )
            return
        least, greatest = min(found, key=lambda name: found[name]), max(found, key=lambda name: found[name])
        if found[greatest] == 0 or found[greatest] < 1e6 * found[least]:
            return
        told = "" if not model.observation.surrogate else " (of the mean squared output, for want of labels)"
        told += (
            f" differ by a factor of {found[greatest] / found[least]:.1g} between {least!r} ({found[least]:.1g}) and "
            f"{greatest!r} ({found[greatest]:.1g}): no learning rate fits both"
            if found[least]
            else f" do not reach {least!r}, where they are zero on every sample looked at, and are "
            f"{found[greatest]:.1g} at {greatest!r}: the first cannot learn"
        )
        yield self.finding(
            f"gradients{told}; use He initialization, normalisation or shortcuts",
            (least.rpartition("/")[0], greatest.rpartition("/")[0]),
            measured={"least": found[least], "greatest": found[greatest]},
        )
