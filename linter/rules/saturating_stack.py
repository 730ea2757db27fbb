"""ACT302."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.saturation import Run

FADED = 1e-3


@final
class SaturatingStack(Rule):
    """Hidden sigmoid or tanh layers in a row.

    ## What it does
    Follows runs of hidden layers whose activation is flat on both sides (sigmoid, tanh, softsign and their hard
    forms), and predicts by what factor the second moment of the gradient changes on its way back through each. It
    fires where the factor falls below a thousandth, and for three or more such layers in a row with neither
    normalisation nor a shortcut between. Outputs, gates and attention weights are left alone.

    ## Why is this bad?
    The derivative of a sigmoid is at most 1/4: through each layer at most a sixteenth of the gradient's second moment
    comes back. Once units saturate even less does, and the layers before them stop learning.

    ## The numbers behind
    At unit input E f'^2 is 0.045 for sigmoid and 0.46 for tanh; times units x variance of the kernel it is the factor
    of one layer. `measured` holds the smallest factor and the longest run.

    ## References
    Glorot, Bengio (2010), Understanding the difficulty of training deep feedforward neural networks. Hochreiter
    (1998), The vanishing gradient problem.
    """

    code: ClassVar = "ACT302"
    name: ClassVar = "saturating-stack"
    severity: ClassVar = Severity.WARNING
    certainty: ClassVar = Certainty.ESTIMATED
    flagged: ClassVar = (
        Example("chain(input(16), dense(16, 'sigmoid'), dense(16, 'sigmoid'), dense(16, 'sigmoid'), dense(1))"),
        Example(
            "chain(input(16), dense(16), activation('tanh'), dense(16, 'tanh'), dropout(), dense(16, 'softsign'), "
            "dense(1))"
        ),
        Example("chain(input(8, 8, 8), *[conv(8, activation='tanh') for _ in range(3)], flatten(), dense(1))"),
        Example(
            "chain(input(16), nested(chain(input(16), dense(16, 'tanh'), dense(16, 'tanh'))), dense(16, 'tanh'), "
            "dense(1))",
            "partly nested",
        ),
        Example(
            "chain(input(5, 16), *[time_distributed(dense(16, 'tanh')) for _ in range(3)], flatten(), dense(1))",
            "in a wrapper",
        ),
        Example(
            "chain(input(64), dense(64, 'sigmoid', kernel_initializer=layer('RandomNormal', stddev=0.01)), dense(1))",
            "info: one, but weak",
        ),
    )
    passing: ClassVar = (
        Example("chain(input(16), dense(16, 'tanh'), dense(16, 'tanh'), dense(1))", "two tanh layers pass most of it"),
        Example(
            "chain(input(16), *[p for _ in range(3) for p in (dense(16), batch_normalization(), "
            "activation('tanh'))], dense(1))"
        ),
        Example(
            "chain(input(16), dense(16, 'relu'), dense(16, 'relu'), dense(16, 'relu'), dense(1, 'sigmoid'))",
            "an output",
        ),
        Example("model(x := input(16), dense(1)(multiply()(x, dense(16, 'sigmoid')(dense(4, 'relu')(x)))))", "a gate"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import freshness, saturation

        runs = [
            run for run in saturation.runs(model) if len(run.layers) >= 3 or (run.gain is not None and run.gain < FADED)
        ]
        if not runs:
            return
        longest = max(len(run.layers) for run in runs)
        gains = [run.gain for run in runs if run.gain is not None]
        measured = {"longest_run": float(longest), **({"gain": min(gains)} if gains else {})}
        yield self.finding(
            _message(runs, longest, gains),
            tuple(layer for run in runs for layer in run.layers),
            severity=Severity.WARNING if longest >= 3 or (longest > 1 and freshness.starting(model)) else Severity.INFO,
            evidence=Evidence.CONFIG,
            measured=measured,
            fix=Fix(Safety.UNSAFE, "use a rectifier, or put a normalisation before each activation"),
        )


def _message(runs: list[Run], longest: int, gains: list[float]) -> str:
    from linter.analysis.words import some, times

    names = some(layer for run in runs for layer in run.layers)
    back = f": {times(min(gains))} of the gradient's second moment is predicted to come back through" if gains else ""
    what = f"{longest} saturating layers in a row ({names})" if longest > 1 else f"a saturating layer ({names})"
    return f"{what}{back}; layers before them learn slowly or not: use rectifiers, normalisation between, or shortcuts"
