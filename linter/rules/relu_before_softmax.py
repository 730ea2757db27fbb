"""ACT304."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class ReluBeforeSoftmax(Rule):
    """A softmax over values that a ReLU has cut off at zero.

    ## What it does
    Finds a softmax whose input is the output of a ReLU, with nothing but dropout or reshaping between. Leaky
    rectifiers, which cut nothing off, are left alone: attention over graphs uses them on purpose.

    ## Why is this bad?
    Logits say how much is for and how much is against a class. Without the negative half, no class can be ruled out:
    every class keeps the share of a zero logit. Classes whose logit is negative for a sample get no gradient from it,
    and units that are so for every sample are dead.

    ## The numbers behind
    With n classes and the best logit at 5, each of the others keeps at least 1 / (n - 1 + 148) of the probability:
    with 1000 classes the best one can have 0.13. Without the ReLU the others' logits fall until it has nearly all.

    ## References
    Bishop (2006), Pattern Recognition and Machine Learning, section 4.3.4.
    """

    code: ClassVar = "ACT304"
    name: ClassVar = "relu-before-softmax"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example(
            "chain(input(8), dense(16, 'relu'), dense(4, 'relu'), activation('softmax'), "
            "loss='categorical_crossentropy')"
        ),
        Example("chain(input(8), dense(16, 'relu'), dense(4), relu(), dropout(0.2), layer('Softmax', axis=-1))"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(4, 'softmax'), loss='categorical_crossentropy')"),
        Example("chain(input(8), dense(16, 'relu'), dense(4), layer('Softmax', axis=-1))"),
        Example(
            "model(x := input(6, 8), multiply()(x, activation('softmax')(leaky_relu(0.2)(dense(8)(x)))))",
            "as in graph attention",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.stacked import stacked_activations

        found = [pair for pair in stacked_activations(model) if pair.rectified_logits]
        if found:
            names = ", ".join(
                dict.fromkeys(f"{pair.inner.activation} before {pair.outer.activation}" for pair in found)
            )
            yield self.finding(
                f"logits are rectified ({names}): no class can be ruled out, and classes with a negative logit "
                "get no gradient; leave the rectifier away",
                tuple(dict.fromkeys(pair.inner.layer for pair in found)),
                pointer=found[0].inner.pointer,
                fix=Fix(Safety.UNSAFE, "remove the rectifier before the softmax"),
            )
