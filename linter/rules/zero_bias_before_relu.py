"""INI208."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class ZeroBiasBeforeRelu(Rule):
    """A bias that starts at zero before a rectifier.

    ## What it does
    Finds hidden Dense and convolution layers with a zero bias before a ReLU or one of its kin. Off by default: nearly
    every model has them, and wide layers do not mind.

    ## Why is this bad?
    In narrow and deep networks a zero bias makes it likely that some layer gives zero for every input, and then
    nothing below it can learn. A small positive start lets most units fire at first.

    ## The numbers behind
    Ten layers of width 3, He start, one input: 57 % of the networks are born dead with zero biases, 17 % with 0.1 (40
    000 draws). At width 10 it is 0.1 % and 0.01 %.

    ## References
    Lu, Shin, Su, Karniadakis (2020), arXiv:1903.06733: dying ReLU and initialization.
    """

    code: ClassVar = "INI208"
    name: ClassVar = "zero-bias-before-relu"
    severity: ClassVar = Severity.INFO
    default: ClassVar = False
    flagged: ClassVar = (
        Example("chain(input(8), dense(4, 'relu'), dense(4, 'relu'), dense(1))"),
        Example("chain(input(8), dense(4), leaky_relu(), dense(1))"),
    )
    passing: ClassVar = (
        Example(
            "chain(input(8), dense(4, 'relu', "
            "bias_initializer={'class_name': 'Constant', 'config': {'value': 0.1}}), dense(1))"
        ),
        Example("chain(input(8), dense(4, 'tanh'), dense(1))"),
        Example("chain(input(8), dense(4), batch_normalization(), relu(), dense(1))", "beta does what the bias would"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import biases

        zero = [
            b
            for b in biases.hidden(model)
            if b.is_rectified and b.start.kind == "constant" and not b.start.parameters.get("value")
        ]
        if zero:
            yield self.finding(
                "biases before rectifiers start at zero: in narrow deep networks whole "
                "layers can start dead; start biases at a "
                "small positive value such as 0.1",
                tuple(bias.node.layer for bias in zero),
                pointer=f"{zero[0].node.pointer}/config/bias_initializer",
                fix=Fix(Safety.UNSAFE, "set bias_initializer to a small positive constant"),
            )
