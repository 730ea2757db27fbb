"""DAT801."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class UnscaledInputs(Rule):
    """Sample inputs whose scale makes the first layer's sums far too large or too small.

    ## What it does
    Takes the second moment of each input on the sample and of the kernel that it meets first, and reports where the
    sums before the first activation would have a second moment outside [0.001, 1000], with no normalisation or
    rescaling in between or right after.

    ## Why is this bad?
    Sums of thousands saturate tanh and sigmoid, make gradients of the first kernel that much larger than all others,
    and kill rectifiers at the first steps; sums near zero let training crawl.

    ## The numbers behind
    Pixels of 0 to 255 give a second moment of about 20 000 where scaled ones give about 1. For trained weights it is
    a note: the kernel may have grown used to its inputs.

    ## References
    LeCun, Bottou, Orr, Mueller (1998), Efficient BackProp, section 4.3.
    """

    code: ClassVar = "DAT801"
    name: ClassVar = "unscaled-inputs"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.OBSERVED
    flagged: ClassVar = (
        Example(
            "observed(fresh(chain(input(4), dense(8, 'relu', kernel_initializer='he_normal'), dense(1), "
            "loss='mse')), 100, inputs={'input_layer': 20000.0})"
        ),
    )
    passing: ClassVar = (
        Example(
            "observed(fresh(chain(input(4), dense(8, 'relu', kernel_initializer='he_normal'), dense(1), "
            "loss='mse')), 100, inputs={'input_layer': 1.0})"
        ),
        Example(
            "observed(fresh(chain(input(4), layer('Rescaling', scale=0.0039, offset=0.0), dense(8, 'relu'), "
            "dense(1))), 100, inputs={'input_layer': 20000.0})",
            "rescaled inside the model",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import freshness
        from linter.analysis.first_kernels import first_kernels

        assert model.observation is not None
        for name, found in first_kernels(model):
            seen = model.observation.inputs.get(name)
            if seen is None:
                continue
            moment = seen.second_moment * found.gain
            if 1e-3 <= moment <= 1e3 or seen.second_moment == 0:
                continue
            size = "large" if moment > 1 else "small"
            yield self.finding(
                f"input {name!r} has values from {seen.minimum:.3g} to {seen.maximum:.3g}: the sums in "
                f"{found.layer!r} get a second moment "
                f"of {moment:.2g}, far too {size}; scale the inputs to unit variance (a Normalization or "
                "Rescaling layer keeps it in the model)",
                (found.layer,),
                severity=Severity.WARNING if freshness.of(model).untrained else Severity.INFO,
                measured={"second_moment": moment, "input_second_moment": seen.second_moment},
                fix=Fix(Safety.ADVICE, "put keras.layers.Normalization or Rescaling first"),
            )
