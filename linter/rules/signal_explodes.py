"""INI211."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class SignalExplodes(Rule):
    """The signal explodes on its way through the network.

    ## What it does
    Predicts the second moment of every layer's output as signal-fades does, and fires when the last hidden layer has
    more than a thousand times the first one's; past a million it is an error.

    ## Why is this bad?
    The loss starts at huge values and the first steps throw the weights away, or overflow. Residual blocks without
    normalisation do this by themselves: every block adds a branch as strong as its trunk and doubles the second
    moment, 2^30 over thirty blocks.

    ## The numbers behind
    As for signal-fades: for fresh models from initializers, for trained ones from stored weights and only noted
    (info). `measured` holds the gain and the standard deviation of its logarithm over draws.

    ## References
    Zhang, Dauphin, Ma (2019), Fixup initialization, arXiv:1901.09321: residual networks without normalisation. De,
    Smith (2020), arXiv:2002.10444: why normalisation inside each branch keeps them trainable.
    """

    code: ClassVar = "INI211"
    name: ClassVar = "signal-explodes"
    severity: ClassVar = Severity.WARNING
    certainty: ClassVar = Certainty.ESTIMATED
    flagged: ClassVar = (
        Example("residual(16, lambda: [dense(64, 'relu', kernel_initializer='he_normal')])", "plain Add blocks"),
        Example(
            "residual(16, lambda: [dense(64, 'relu', kernel_initializer='he_normal'), dense(64, "
            "kernel_initializer='he_normal')])"
        ),
        Example(
            "chain(input(64), *[dense(64, kernel_initializer=layer('RandomNormal', stddev=1.0)) for _ in "
            "range(4)], dense(10))"
        ),
        Example(
            "chain(input(64), nested(chain(input(64), *[dense(64, kernel_initializer='ones') for _ in "
            "range(4)])), dense(10))",
            "in a nested model",
        ),
        Example(
            "chain(input(7, 64), *[time_distributed(dense(64, kernel_initializer=layer('RandomNormal', "
            "stddev=1.0))) for _ in range(4)], dense(10))"
        ),
    )
    passing: ClassVar = (
        Example(
            "residual(16, lambda: [batch_normalization(), dense(64, 'relu', kernel_initializer='he_normal')])",
            "normalised branches",
        ),
        Example(
            "residual(16, lambda: [dense(64, 'relu', kernel_initializer='he_normal'), dense(64, "
            "kernel_initializer='zeros')])",
            "branches start at nothing",
        ),
        Example("chain(input(64), *[dense(64, 'relu', kernel_initializer='he_normal') for _ in range(30)], dense(10))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import journey
        from linter.analysis.words import times

        for found in reversed(journey.of(model)):
            if found.at_least <= 1e3:
                continue
            severe = Severity.ERROR if found.at_least > 1e6 else Severity.WARNING
            whose = "" if found.fresh else " by its stored weights, were they independent"
            gain = journey.sampled(model, found)
            agrees = gain is not None and gain > 1e3
            evidence, certainty = journey.known(found, agrees)
            yield self.finding(
                f"the signal explodes: its second moment is predicted to grow {times(found.gain)}-fold over the "
                f"{len(found.stages)} hidden "
                f"layers up to {found.last.layer}{whose}{journey.beside(gain)}; the loss starts huge and the "
                "first steps diverge: normalise inside each residual branch, start its last kernel at zero, "
                "or scale kernels by their fans",
                tuple(dict.fromkeys(stage.layer for stage in found.stages)),
                severity=severe if found.fresh or agrees else Severity.INFO,
                evidence=evidence,
                certainty=certainty,
                measured=journey.measured(model, found),
                fix=Fix(
                    Safety.UNSAFE,
                    "put a normalisation inside each residual branch, or start the branch's last kernel at zero",
                ),
            )
            return
