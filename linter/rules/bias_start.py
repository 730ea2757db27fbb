"""INI207."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.biases import Bias


@final
class BiasStart(Rule):
    """A hidden bias that starts far from zero, or below zero before a rectifier.

    ## What it does
    Finds hidden Dense and convolution layers whose `bias_initializer` gives values of size 1 and more, or negative
    ones before a ReLU. Outputs, where a bias says how often a class occurs, gates and recurrent layers are left
    alone.

    ## Why is this bad?
    A bias is added to a sum that has a standard deviation near 1. As large as that, it decides what the unit does
    whatever the input: saturated sigmoids, rectifiers that always or never fire. A negative one lets a share of the
    rectifiers start dead.

    ## The numbers behind
    With a pre-activation of N(0, 1) a ReLU fires for half of the inputs; with a bias of -1 for 16 %, with -3 for 0.1 %.

    ## References
    Lu, Shin, Su, Karniadakis (2020), arXiv:1903.06733: dying ReLU and initialization.
    """

    code: ClassVar = "INI207"
    name: ClassVar = "bias-start"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(8), dense(16, 'tanh', bias_initializer='ones'), dense(1))"),
        Example(
            "chain(input(8), dense(16, 'relu', "
            "bias_initializer={'class_name': 'Constant', 'config': {'value': -0.5}}), dense(1))",
            "half a standard deviation towards the dead side",
        ),
        Example(
            "chain(input(8), dense(16, 'relu', "
            "bias_initializer={'class_name': 'RandomNormal', 'config': {'stddev': 1.0}}), dense(1))"
        ),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1))"),
        Example(
            "chain(input(8), dense(16, 'relu', "
            "bias_initializer={'class_name': 'Constant', 'config': {'value': 0.1}}), dense(1))"
        ),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1, 'sigmoid', "
            "bias_initializer={'class_name': 'Constant', 'config': {'value': -4.6}}))",
            "an output whose class is rare",
        ),
        Example(
            "model(x := input(8), dense(1)(multiply()(x, "
            "dense(8, 'sigmoid', bias_initializer={'class_name': 'Constant', 'config': {'value': -2.0}})(x))))",
            "a gate that starts nearly closed",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import biases, freshness

        found = {bias.node.layer: bias for bias in biases.hidden(model) if _is_off(bias)}
        if found:
            starting = freshness.starting(model)
            first = next(iter(found.values()))
            past = "" if starting else "; these weights are trained: it is where training anew would start"
            starts = ", ".join(dict.fromkeys(_shown(bias) for bias in found.values()))
            yield self.finding(
                f"hidden biases start as {starts}, {_cost(list(found.values()))}{past}; start them at 0 or a "
                "little above",
                tuple(found),
                severity=self.severity if starting else Severity.INFO,
                pointer=f"{first.node.pointer}/config/bias_initializer",
                fix=Fix(Safety.UNSAFE, "set bias_initializer='zeros'"),
            )


def _is_off(bias: Bias) -> bool:
    least, most = _reach(bias)
    return max(abs(least), abs(most)) >= 1 or (bias.start.kind == "constant" and most < 0 and bias.is_rectified)


def _reach(bias: Bias) -> tuple[float, float]:
    """Return the least and the greatest start; of a normal one, a standard deviation each way of its mean."""
    given = bias.start.parameters
    try:
        if bias.start.kind == "constant":
            return float(given["value"]), float(given["value"])
        if bias.start.kind == "uniform":
            return float(given["minval"]), float(given["maxval"])
        if bias.start.kind in ("normal", "truncated_normal"):
            mean, spread = float(given["mean"]), float(given["stddev"])
            return mean - spread, mean + spread
    except (KeyError, TypeError, ValueError):
        pass
    return 0.0, 0.0


def _shown(bias: Bias) -> str:
    return f"{_reach(bias)[0]:g}" if bias.start.kind == "constant" else str(bias.start)


def _cost(found: list[Bias]) -> str:
    if any(bias.is_rectified and _reach(bias)[0] < 0 for bias in found):
        return "so rectifiers start on their dead side"
    return "as large as the sums they are added to, so units start saturated or always on"
