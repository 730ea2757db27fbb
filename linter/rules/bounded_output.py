"""OUT504."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class BoundedOutput(Rule):
    """A sigmoid or tanh at the output of a regression.

    ## What it does
    Finds outputs through sigmoid, tanh or one of their kin under a squared, absolute or similar error.

    ## Why is this bad?
    It is right where targets lie in that interval, as pixels in [0, 1] do. Where they do not, the model cannot reach
    them; and near the bounds the gradient fades, so even reachable extremes are learned slowly. Only the data tell
    which it is.

    ## The numbers behind
    The gradient of (p - y)^2 through a sigmoid is 2 (p - y) p (1 - p): at p = 0.99 and y = 0 it is 0.02, where a
    linear output has 2.

    ## References
    Bishop (2006), Pattern Recognition and Machine Learning, section 5.2: output activations and error functions.
    """

    code: ClassVar = "OUT504"
    name: ClassVar = "bounded-output"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'sigmoid'), loss='mse')"),
        Example("chain(input(8), dense(16, 'relu'), dense(2), activation('tanh'), loss='mae')"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1), loss='mse')"),
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'sigmoid'), loss='binary_crossentropy')"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.activations import facts
        from linter.analysis import losses, outputs

        for output in outputs.of(model):
            known = facts(output.activation)
            if (
                output.loss is None
                or output.acting is None
                or known is None
                or output.loss.name not in losses.REGRESSION
            ):
                continue
            if known.saturates and known.elementwise:
                yield self.finding(
                    f"{output.activation} bounds a regression's output to [{known.low:g}, {known.high:g}]: "
                    "targets outside cannot be learned, those near "
                    "the ends slowly; scale the targets into it, or use a linear output",
                    (output.acting.layer,),
                    pointer=output.acting.pointer,
                    fix=Fix(Safety.UNSAFE, "use a linear output where targets are not within the bounds"),
                )
