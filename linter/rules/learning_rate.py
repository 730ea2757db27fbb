"""TRN901."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

ADAPTIVE = frozenset(("adam", "adamw", "adamax", "nadam", "rmsprop", "lion", "lamb"))
HIGHEST = {"sgd": 1.0, **dict.fromkeys(ADAPTIVE, 0.1)}
LOWEST = {"sgd": 1e-5, **dict.fromkeys(ADAPTIVE, 1e-7)}
ROUNDING = 1e-6
"""Rates are stored as the nearest float32."""


@final
class LearningRate(Rule):
    """A learning rate with which training diverges or stands still.

    ## What it does
    Compares the compiled learning rate, of a schedule its start, with what the optimizer can use: SGD below 1, the
    Adam family and RMSprop below 0.1. Of untrained models it also finds rates that are too low: SGD at 1e-5 and less,
    the Adam family at 1e-7 and less.

    ## Why is this bad?
    Adam moves every weight by about the learning rate at each step, whatever the gradient: at 0.1 a kernel with
    entries of 0.05 is overwritten in one step, and the large biases that this leaves kill rectifiers for good. Far
    too low, nothing changes within any budget.

    ## The numbers behind
    Adam's first step has exactly the size of the learning rate for every weight. At 1e-7 it takes 500 000 steps to
    move a weight by 0.05.

    ## References
    Kingma, Ba (2015), arXiv:1412.6980, section 2.1. Lu, Shin, Su, Karniadakis (2020), arXiv:1903.06733.
    """

    code: ClassVar = "TRN901"
    name: ClassVar = "learning-rate"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1), loss='mse', optimizer='Adam', learning_rate=0.1)"),
        Example("chain(input(8), dense(16, 'relu'), dense(1), loss='mse', optimizer='SGD', learning_rate=5.0)"),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1), loss='mse', optimizer='RMSprop', "
            "learning_rate={'class_name': 'ExponentialDecay', 'config': "
            "{'initial_learning_rate': 0.5, 'decay_steps': 100, 'decay_rate': 0.9}})"
        ),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1), loss='mse', optimizer='Adam', learning_rate=1e-8)", "too low"
        ),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1), loss='mse', optimizer='Adam', learning_rate=0.001)"),
        Example("chain(input(8), dense(16, 'relu'), dense(1), loss='mse', optimizer='SGD', learning_rate=0.1)"),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1), loss='mse', optimizer='Adadelta', learning_rate=1.0)",
            "its usual one",
        ),
        Example(
            "trained(chain(input(8), dense(16, 'relu'), dense(1), loss='mse', optimizer='Adam', learning_rate=1e-8))",
            "the end of a fine-tuning",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import freshness
        from linter.analysis.training import learning_rate, optimizer

        if model.graph.training is None:
            return
        name, config = optimizer(model.graph.training)
        rate = learning_rate(config)
        if rate is None or name not in HIGHEST:
            return
        shown = (
            model.graph.training.optimizer if "inner_optimizer" not in model.graph.training.optimizer_config else name
        )
        if not rate < HIGHEST[name] * (1 - ROUNDING):
            yield self.finding(
                f"learning rate {rate:g} is too high for {shown}: weights are overwritten within a step or two, "
                "training diverges or rectifiers die; "
                f"start below {HIGHEST[name]:g}, commonly at {0.01 if name == 'sgd' else 0.001:g}",
                measured={"learning_rate": rate},
                fix=Fix(Safety.ADVICE, "lower the learning rate"),
            )
        elif rate <= LOWEST[name] * (1 + ROUNDING) and freshness.starting(model):
            yield self.finding(
                f"learning rate {rate:g} is too low for {shown}: weights hardly move and training stands still; "
                "commonly "
                f"{0.01 if name == 'sgd' else 0.001:g}",
                measured={"learning_rate": rate},
                fix=Fix(Safety.ADVICE, "raise the learning rate"),
            )
