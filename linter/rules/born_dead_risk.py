"""INI212."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

RISK = 0.01


@final
class BornDeadRisk(Rule):
    """A ReLU network so narrow and deep that it may be dead before training starts.

    ## What it does
    Finds runs of narrow Dense layers with ReLU, zero biases and symmetric initializers, no normalisation or shortcut
    between, in models that are not trained, and computes the chance that some layer puts out zero for every input. It
    fires above one in a hundred.

    ## Why is this bad?
    With probability 2^-N all N units of a layer are negative for a given input. If that holds for all inputs the
    network is a constant, no gradient passes the dead layer, and no training brings it back.

    ## The numbers behind
    `measured` holds Lu et al.'s lower bound (for one input feature and layers as wide as the run's widest) and the
    upper bound 1 - prod(1 - 2^-N). For ten layers, of which nine hidden, of width 2, 3, 4, 5, 8 the lower bound is
    0.88, 0.54, 0.23, 0.08, 0.002.

    ## References
    Lu, Shin, Su, Karniadakis (2020), Dying ReLU and Initialization, arXiv:1903.06733: also the asymmetric start (RAI)
    that lowers the risk.
    """

    code: ClassVar = "INI212"
    name: ClassVar = "born-dead-risk"
    severity: ClassVar = Severity.WARNING
    certainty: ClassVar = Certainty.ESTIMATED
    flagged: ClassVar = (
        Example("chain(input(1), *[dense(3, 'relu', kernel_initializer='he_normal') for _ in range(9)], dense(1))"),
        Example("chain(input(2), *[p for _ in range(9) for p in (dense(4), relu())], dense(1))"),
        Example("chain(input(1), nested(chain(input(1), *[dense(3, 'relu') for _ in range(9)])), dense(1))", "nested"),
        Example(
            "chain(input(5, 1), *[time_distributed(dense(3, 'relu')) for _ in range(9)], dense(1))", "in a wrapper"
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(1), *[dense(32, 'relu', kernel_initializer='he_normal') for _ in range(9)], dense(1))",
            "wide enough",
        ),
        Example(
            "chain(input(64), dense(16, 'relu'), dense(2, 'relu'), dense(16, 'relu'), dense(64))",
            "one bottleneck is no run",
        ),
        Example("chain(input(1), *[dense(3, 'elu') for _ in range(9)], dense(1))", "ELU has no silent side"),
        Example(
            "chain(input(1), *[dense(3, 'relu', bias_initializer=layer('Constant', value=0.1)) for _ in "
            "range(9)], dense(1))"
        ),
        Example("chain(input(1), *[p for _ in range(9) for p in (dense(3), batch_normalization(), relu())], dense(1))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import born_dead, freshness, kernels
        from linter.analysis.words import some

        if not freshness.starting(model):
            return
        for run in born_dead.runs(model):
            widths = tuple(kernel.units or 0 for node in run for kernel in kernels.at(model, node))
            risk, most = born_dead.lower(widths), born_dead.upper(widths)
            if risk <= RISK:
                continue
            layers = tuple(node.layer for node in run)
            yield self.finding(
                f"{len(run)} ReLU layers of at most {max(widths)} units in a row ({some(layers)}): with a chance "
                f"of about {risk:.2g} the network "
                "is constant before training starts, and stays so; make the layers wider, use a function without "
                "a silent side, a small "
                "positive bias, or an asymmetric start",
                layers,
                measured={"lower_bound": risk, "upper_bound": most},
                fix=Fix(Safety.UNSAFE, "use leaky_relu or elu, or bias_initializer=Constant(0.1)"),
            )
