"""OUT505."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class LogitsTwice(Rule):
    """A loss with `from_logits=True` behind an output that is a probability already.

    ## What it does
    Finds losses that were compiled with `from_logits=True` while the output goes through softmax, sigmoid or another
    function into [0, 1].

    ## Why is this bad?
    The loss applies its own softmax or sigmoid to what it takes for logits. Applied twice, the model cannot be sure of
    anything: loss and gradient never come near zero, and training is slow and stops at a worse optimum. Nothing fails,
    so it goes unnoticed.

    ## The numbers behind
    sigmoid of a value in [0, 1] lies in [0.5, 0.73]: the loss of a negative sample never falls below 0.69. softmax
    over n values in [0, 1] gives at most e / (e + n - 1), so over ten classes the loss never falls below 1.46.

    ## References
    Keras documentation, `keras.losses.CategoricalCrossentropy`, argument `from_logits`.
    """

    code: ClassVar = "OUT505"
    name: ClassVar = "logits-twice"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1, 'sigmoid'), loss={'class_name': 'BinaryCrossentropy', "
            "'config': {'from_logits': True}})"
        ),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(4), activation('softmax'), "
            "loss={'class_name': 'SparseCategoricalCrossentropy', 'config': {'from_logits': True}})"
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1), loss={'class_name': 'BinaryCrossentropy', 'config': "
            "{'from_logits': True}})"
        ),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1, 'sigmoid'), loss={'class_name': 'BinaryCrossentropy', "
            "'config': {'from_logits': False}})"
        ),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(4, 'log_softmax'), loss={'class_name': "
            "'CategoricalCrossentropy', 'config': {'from_logits': True}})",
            "a softmax of log_softmax is the softmax",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.activations import facts
        from linter.analysis import losses, outputs

        found = []
        for output in outputs.of(model):
            known = facts(output.activation)
            if output.loss and output.acting and known and known.in_unit_interval and losses.takes_logits(output.loss):
                found.append((output.acting, output.loss.name))
        if found:
            shown = ", ".join(
                dict.fromkeys(f"{node.activation} before {loss}(from_logits=True)" for node, loss in found)
            )
            yield self.finding(
                f"the activation is applied twice ({shown}): the loss can never come near zero and gradients stay "
                "wrong; leave from_logits away, or the "
                "activation",
                tuple(dict.fromkeys(node.layer for node, _ in found)),
                pointer=found[0][0].pointer,
                fix=Fix(Safety.SAFE, "compile the loss with from_logits=False"),
            )
