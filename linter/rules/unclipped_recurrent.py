"""TRN902."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class UnclippedRecurrent(Rule):
    """An unbounded recurrent activation, trained without gradient clipping.

    ## What it does
    Finds compiled models with a recurrent layer whose `activation` is unbounded and an optimizer without `clipnorm`,
    `clipvalue` or `global_clipnorm`.

    ## Why is this bad?
    Through an unbounded recurrence the gradient is multiplied by the recurrent kernel at every step and can explode
    within one batch. A single such step throws the weights far away, often to NaN. Clipping bounds the step; those
    who made ReLU recurrences work used it.

    ## The numbers behind
    A factor of 1.2 a step is 8e7 over 100 steps. With the norm clipped at 1 the step is at most the learning rate,
    whatever the factor.

    ## References
    Pascanu, Mikolov, Bengio (2013), arXiv:1211.5063. Le, Jaitly, Hinton (2015), arXiv:1504.00941.
    """

    code: ClassVar = "TRN902"
    name: ClassVar = "unclipped-recurrent"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example(
            "chain(input(20, 3), simple_rnn(8, activation='relu', recurrent_initializer='identity'), dense(1), "
            "loss='mse')",
            "an IRNN",
        ),
        Example("chain(input(20, 3), lstm(8, activation='relu'), dense(1), loss='mse', optimizer='Adam')"),
    )
    passing: ClassVar = (
        Example(
            "chain(input(20, 3), simple_rnn(8, activation='relu', recurrent_initializer='identity'), dense(1), "
            "loss='mse', "
            "optimizer_config={'clipnorm': 1.0})"
        ),
        Example("chain(input(20, 3), lstm(8), dense(1), loss='mse')"),
        Example(
            "chain(input(20, 3), lstm(8, activation='relu'), dense(1))",
            "not compiled: nothing is known of its training",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.activations import facts
        from linter.analysis.topology import RECURRENT
        from linter.analysis.training import is_clipped, optimizer
        from linter.graph import Activation

        training = model.graph.training
        if (
            training is None
            or not training.optimizer
            or is_clipped(optimizer(training)[1])
            or is_clipped(training.optimizer_config)
        ):
            return
        found: dict[str, str] = {}
        for node in model.graph.nodes:
            known = facts(node.config.get("activation") or Activation("linear")) if node.op in RECURRENT else None
            if known is not None and not known.bounded:
                found[node.layer] = str(node.config.get("activation") or "linear")
        if found:
            yield self.finding(
                f"unbounded recurrent activation ({', '.join(dict.fromkeys(found.values()))}) and no gradient "
                "clipping: one exploding gradient can throw "
                "all weights away; compile with clipnorm=1.0",
                tuple(found),
                fix=Fix(Safety.ADVICE, "give the optimizer clipnorm=1.0"),
            )
