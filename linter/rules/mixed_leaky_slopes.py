"""ACT307."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

FUNCTION, LAYER = 0.2, 0.3


@final
class MixedLeakySlopes(Rule):
    """Leaky ReLUs of slope 0.2 and 0.3 in one model.

    ## What it does
    Finds models that hold leaky ReLUs with the default slope of Keras's function (0.2) and others with that of its
    layer (0.3).

    ## Why is this bad?
    `activation="leaky_relu"` and `LeakyReLU()` look alike and are not the same function. Where both occur, somebody
    most likely thought they were, and a result cannot be repeated from a description that says "leaky ReLU".

    ## The numbers behind
    The slopes of others: 0.01 in the paper, in PyTorch and in JAX. Ten layers that see their negative half pass (0.2
    / 0.3)^10 = 1.7 % as much.

    ## References
    Keras documentation, `keras.activations.leaky_relu` and `keras.layers.LeakyReLU`.
    """

    code: ClassVar = "ACT307"
    name: ClassVar = "mixed-leaky-slopes"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (Example("chain(input(8), dense(16, 'leaky_relu'), dense(16), leaky_relu(), dense(1))"),)
    passing: ClassVar = (
        Example("chain(input(8), dense(16, 'leaky_relu'), dense(16), leaky_relu(0.2), dense(1))"),
        Example("chain(input(8), dense(16), leaky_relu(), dense(16), leaky_relu(), dense(1))"),
        Example(
            "chain(input(8), dense(16), leaky_relu(0.1), dense(16), leaky_relu(0.01), dense(1))", "chosen, both of them"
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        by_slope: dict[float, list[str]] = {FUNCTION: [], LAYER: []}
        for node in model.graph.nodes:
            if node.activation is not None and node.activation.name == "leaky_relu":
                slope = node.activation.parameters.get("negative_slope", FUNCTION)
                for known, layers in by_slope.items():
                    if isinstance(slope, int | float) and abs(slope - known) < 1e-6:
                        layers.append(node.layer)
        if all(by_slope.values()):
            first, second = by_slope[FUNCTION], by_slope[LAYER]
            yield self.finding(
                f"leaky ReLUs of slope 0.2 ({first[0]}{_more(first)}) and 0.3 ({second[0]}{_more(second)}): the "
                "defaults of Keras's function and of its "
                "layer, which are two functions; set negative_slope",
                tuple(dict.fromkeys((*first, *second))),
                fix=Fix(Safety.UNSAFE, "set the same negative_slope everywhere"),
            )


def _more(layers: list[str]) -> str:
    return f" and {len(layers) - 1} more" if len(layers) > 1 else ""
