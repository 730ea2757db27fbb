"""INI206."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class ClonedKernels(Rule):
    """Different layers hold the very same kernel.

    ## What it does
    Finds layers of equal shape whose stored kernels are equal in every value, constant ones and those of sixteen
    values or less left out. A layer that is called several times is one layer.

    ## Why is this bad?
    Keras draws the same values whenever one initializer object is used twice, or two of them have the same seed.
    Layers side by side then compute the same and learn the same; layers in a row repeat one random matrix, whose
    powers single out a few directions.

    ## The numbers behind
    Two independent draws of even seventeen values agree with probability zero. `measured` holds how many layers are
    copies of another.

    ## References
    Keras guide on initializers: an instance without a seed returns the same values on every call; give each layer its
    own, or name them by strings.
    """

    code: ClassVar = "INI206"
    name: ClassVar = "cloned-kernels"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.WEIGHTS
    certainty: ClassVar = Certainty.PROVEN
    flagged: ClassVar = (
        Example(
            "chain(input(8), dense(8, kernel=normal(8, 8)), relu(), dense(8, kernel=normal(8, 8)), relu(), dense(1))"
        ),
        Example(
            "chain(input(8), nested(chain(input(8), dense(8, kernel=normal(8, 8)))), relu(), dense(8, "
            "kernel=normal(8, 8)))",
            "one is nested",
        ),
        Example(
            "chain(input(5, 8), bidirectional(simple_rnn(8, kernel=normal(8, 8), recurrent_kernel=normal(8, 8, "
            "seed=1), bias=zeros(8))))"
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(8), dense(8, kernel=normal(8, 8)), relu(), dense(8, kernel=normal(8, 8, seed=1)), "
            "relu(), dense(1))"
        ),
        Example(
            "chain(input(8), dense(8, kernel=zeros(8, 8)), relu(), dense(8, kernel=zeros(8, 8)))",
            "constant: constant-kernel looks at it",
        ),
        Example(
            "model((x := input(8), y := input(8)), add()((d := dense(8, kernel=normal(8, 8)))(x), d(y)))",
            "one layer, called twice",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import duplicates
        from linter.analysis.words import some

        groups = duplicates.clones(model)
        layers = tuple(dict.fromkeys(layer for group in groups for layer in group))
        if layers:
            copies = sum(len(group) - 1 for group in groups)
            yield self.finding(
                f"{some(layers, 4)} hold the same kernel, value for value: one initializer object or seed was "
                f"used for all, and they start as "
                "copies; give each layer its own initializer (a string, or an instance with another seed)",
                layers,
                measured={"copies": float(copies)},
                fix=Fix(Safety.ADVICE, "name initializers by strings, or give each its own seed"),
            )
