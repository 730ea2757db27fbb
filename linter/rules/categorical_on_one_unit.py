"""OUT506."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class CategoricalOnOneUnit(Rule):
    """A categorical loss on an output of one unit.

    ## What it does
    Finds (sparse) categorical crossentropy, focal or not, compiled on an output whose last axis has size 1.

    ## Why is this bad?
    The loss reads the last axis as a distribution over classes and normalises it. One class has probability 1: loss
    and gradient are 0 from the first step, accuracy may still look high on an unbalanced set, and nothing is learned.
    Sparse labels of 1 or more point past the only class.

    ## The numbers behind
    p / sum(p) = 1 and -log(1) = 0 for a single p.

    ## References
    Keras documentation, `keras.losses.CategoricalCrossentropy`, which is for two classes or more.
    """

    code: ClassVar = "OUT506"
    name: ClassVar = "categorical-on-one-unit"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'sigmoid'), loss='categorical_crossentropy')"),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1), loss={'class_name': 'SparseCategoricalCrossentropy', "
            "'config': {'from_logits': True}})"
        ),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'sigmoid'), loss='binary_crossentropy')"),
        Example("chain(input(8), dense(16, 'relu'), dense(2, 'softmax'), loss='sparse_categorical_crossentropy')"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import losses, outputs

        found = [
            out for out in outputs.of(model) if out.loss and out.loss.name in losses.CATEGORICAL and out.units == 1
        ]
        if found:
            names = ", ".join(dict.fromkeys(out.loss.name for out in found if out.loss))
            last = [out.acting or out.made_by or out.node for out in found]
            yield self.finding(
                f"{names} on one unit: a distribution over one class is always 1, so loss and gradient are 0 and "
                "nothing is learned; use 'sigmoid' with "
                "binary_crossentropy, or one unit a class",
                tuple(dict.fromkeys(node.layer for node in last)),
                pointer=last[0].pointer,
                fix=Fix(Safety.UNSAFE, "use 'sigmoid' with binary_crossentropy"),
            )
