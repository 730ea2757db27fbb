"""ACT303."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class DoubledActivation(Rule):
    """An activation on top of an activation.

    ## What it does
    Finds an activation whose input is the output of another one, with nothing but dropout or reshaping between: a
    layer with `activation=` that is followed by an activation layer, most often. A rectifier before a softmax is
    `relu-before-softmax`; an activation written out by hand, such as x * tanh(softplus(x)), is left alone.

    ## Why is this bad?
    The second one sees only what the first lets through. After a ReLU a LeakyReLU never sees a negative value and does
    nothing: the units die as if it were not there. After a softmax another softmax sees numbers between 0 and 1 and
    flattens the distribution; a sigmoid after a ReLU can never go below one half.

    ## The numbers behind
    softmax(softmax(z)) over n classes can give its best class at most e / (e + n - 1): 0.23 for ten classes, however
    sure the model is. sigmoid(relu(z)) lies in [0.5, 1], so half of the probabilities cannot be said.

    ## References
    He, Zhang, Ren, Sun (2015), arXiv:1502.01852, section 2.1: what the slope below zero is for.
    """

    code: ClassVar = "ACT303"
    name: ClassVar = "doubled-activation"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), leaky_relu(), dense(1))", "the leaky slope is never used"),
        Example("chain(input(8), dense(16, 'relu'), dense(4, 'softmax'), activation('softmax'))"),
        Example("chain(input(8), dense(16, 'relu'), dropout(0.5), relu(), dense(1))", "changes nothing"),
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'relu'), activation('sigmoid'))", "never below one half"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16), leaky_relu(), dense(1))"),
        Example("chain(input(8), dense(16, 'relu'), batch_normalization(), relu(), dense(1))"),
        Example("chain(input(8), dense(16, 'linear'), activation('relu'), dense(1))"),
        Example(
            "model(x := input(8), dense(1)(multiply()(h := dense(16)(x), "
            "activation('tanh')(activation('softplus')(h)))))",
            "Mish by hand",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.stacked import stacked_activations

        found = [pair for pair in stacked_activations(model) if not pair.rectified_logits]
        for idle in (True, False):
            pairs = [pair for pair in found if pair.outer_is_idle is idle]
            if not pairs:
                continue
            shown = ", ".join(dict.fromkeys(f"{pair.outer.activation} on {pair.inner.activation}" for pair in pairs))
            cost = "the second never changes a value" if idle else "the second sees only what the first lets through"
            yield self.finding(
                f"an activation on top of an activation ({shown}): {cost}; remove one of the two",
                tuple(dict.fromkeys(pair.outer.layer for pair in pairs)),
                pointer=pairs[0].outer.pointer,
                fix=Fix(
                    Safety.SAFE if idle else Safety.UNSAFE,
                    "remove the second activation" if idle else "keep the activation that is meant",
                ),
            )
