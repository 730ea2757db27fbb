"""INI210."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class SignalFades(Rule):
    """The signal fades on its way through the network.

    ## What it does
    Predicts the second moment of every layer's output for white input of second moment one, by mean-field theory over
    the real graph: kernels with their fans, strides and borders, activations by quadrature, residual branches,
    normalisation, pooling. It fires when the last hidden layer has less than a thousandth of the first one's; past a
    millionth it is an error.

    ## Why is this bad?
    What the last layers see then hardly depends on the input, and gradients fade by about the same factor on the way
    back: the loss stays at the value of a constant guess for many epochs, or for good.

    ## The numbers behind
    A fresh model is predicted from its initializers, BatchNormalization as in training. A trained one is predicted
    from its stored weights and only noted (info): theory takes weights as independent, training makes them otherwise.
    A draw of the weights strays from the prediction by a standard deviation that is part of `measured`; the rule asks
    for one and a half of them beyond its threshold.

    ## References
    He, Zhang, Ren, Sun (2015), arXiv:1502.01852. Poole et al. (2016), Exponential expressivity in deep neural
    networks through transient chaos, arXiv:1606.05340. Hanin, Rolnick (2018), How to start training, arXiv:1803.01719
    (finite width).
    """

    code: ClassVar = "INI210"
    name: ClassVar = "signal-fades"
    severity: ClassVar = Severity.WARNING
    certainty: ClassVar = Certainty.ESTIMATED
    flagged: ClassVar = (
        Example(
            "chain(input(784), *[dense(128, 'relu') for _ in range(34)], dense(10, 'softmax'))",
            "Glorot and ReLU, 34 times: error",
        ),
        Example("chain(input(64), *[dense(64, 'relu') for _ in range(14)], dense(10))", "14 times: warning"),
        Example(
            "chain(input(64), *[dense(64, kernel_initializer=layer('RandomNormal', stddev=0.01)) for _ in "
            "range(4)], dense(10))"
        ),
        Example(
            "chain(input(16, 16, 64), *[conv(64, activation='relu') for _ in range(16)], "
            "global_average_pooling(), dense(10))"
        ),
        Example(
            "chain(input(64), nested(chain(input(64), *[dense(64, 'relu') for _ in range(14)])), dense(10))",
            "in a nested model",
        ),
        Example(
            "chain(input(7, 64), *[time_distributed(dense(64, 'relu')) for _ in range(14)], flatten(), dense(10))",
            "in a wrapper",
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(784), *[dense(128, 'relu', kernel_initializer='he_normal') for _ in range(34)], dense(10))",
            "He",
        ),
        Example(
            "chain(input(784), *[piece for _ in range(34) for piece in (dense(128), batch_normalization(), "
            "relu())], dense(10))"
        ),
        Example(
            "chain(input(64), dense(64, 'relu'), dense(64, 'relu'), dense(10))",
            "two layers lose a factor of four: nobody minds",
        ),
        Example(
            "chain(input(64), *[dense(64, 'selu', kernel_initializer='lecun_normal') for _ in range(30)], dense(10))"
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import journey
        from linter.analysis.words import times

        for found in journey.of(model):
            if found.at_most >= 1e-3:
                continue
            severe = Severity.ERROR if found.at_most < 1e-6 else Severity.WARNING
            whose = "" if found.fresh else " by its stored weights, were they independent"
            gain = journey.sampled(model, found)
            agrees = gain is not None and gain < 1e-3
            evidence, certainty = journey.known(found, agrees)
            yield self.finding(
                f"the signal fades: its second moment is predicted to fall to {times(found.gain)} of itself over "
                f"the {len(found.stages)} hidden layers up to {found.last.layer}{whose}{journey.beside(gain)}; "
                "gradients fade alike and training hardly starts: use He initialization before rectifiers, "
                "normalisation, or residual connections",
                tuple(dict.fromkeys(stage.layer for stage in found.stages)),
                severity=severe if found.fresh or agrees else Severity.INFO,
                evidence=evidence,
                certainty=certainty,
                measured=journey.measured(model, found),
                fix=Fix(
                    Safety.UNSAFE,
                    "set kernel_initializer='he_normal' where a rectifier follows, or put BatchNormalization before it",
                ),
            )
            return
