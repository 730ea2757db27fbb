"""INI213."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.freshness import Freshness


@final
class UntrainedWeights(Rule):
    """Stored weights that still are what the initializers drew.

    ## What it does
    Compares every stored kernel with the distribution that its initializer draws from: range, mean, variance and
    shape; and every bias, scale and moving average with its exact start. It fires where nothing has moved, and where
    single layers of a trained model have not.

    ## Why is this bad?
    Such a model predicts noise. It was saved before `fit`, its weights were never loaded, or no gradient reaches it.

    ## The numbers behind
    A kernel counts as drawn when no value lies beyond the distribution's limits, mean and variance lie within five
    standard errors, and a chi-square test over 32 equally likely bins does not reject; orthogonal kernels are
    recognised by their orthonormal rows or columns. Of 64 published trained models none had a bias that was exactly
    zero throughout. `measured` holds the kernels and values that were recognised.

    ## References
    Nothing is wrong with a file that is meant as a starting point: ignore the rule there.
    """

    code: ClassVar = "INI213"
    name: ClassVar = "untrained-weights"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.WEIGHTS
    certainty: ClassVar = Certainty.ESTIMATED
    flagged: ClassVar = (
        Example("fresh(chain(input(32), dense(16, 'relu'), dense(1)))"),
        Example(
            "fresh(chain(input(32), dense(16, 'relu', kernel_initializer='he_normal'), dense(16, "
            "kernel_initializer='orthogonal'), dense(1)))"
        ),
        Example("fresh(chain(input(8, 8, 3), conv(16), batch_normalization(), relu(), flatten(), dense(4)))"),
        Example("fresh(chain(input(20, 8), bidirectional(lstm(16)), dense(1)))", "in a wrapper"),
        Example("fresh(chain(input(32), nested(chain(input(32), dense(16))), dense(1)))", "in a nested model"),
    )
    passing: ClassVar = (
        Example("chain(input(32), dense(16), dense(1))", "no weights are stored"),
        Example("trained(chain(input(32), dense(16, 'relu'), dense(1)))"),
        Example("trained(chain(input(8, 8, 3), conv(16), batch_normalization(), relu(), flatten(), dense(4)))"),
        Example("trained(chain(input(20, 8), bidirectional(lstm(16)), dense(1)))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import freshness

        found = freshness.of(model)
        frozen = {node.layer for node in model.graph.nodes if node.config.get("trainable") is False}
        layers = found.layers if found.untrained else tuple(layer for layer in found.layers if layer not in frozen)
        if not layers:
            return
        measured = {"kernels": float(found.kernels), "values": float(found.values)}
        yield self.finding(
            _message(model, found, layers),
            layers,
            measured=measured,
            fix=Fix(Safety.ADVICE, "train the model, or load its weights, before it is saved"),
        )


def _message(model: Subject, found: Freshness, layers: tuple[str, ...]) -> str:
    steps = model.graph.training.iterations if model.graph.training else None
    if not found.untrained:
        some = ", ".join(layers[:3]) + (f" and {len(layers) - 3} more" if len(layers) > 3 else "")
        return (
            f"{some} never trained in a model that otherwise did: kernel as drawn and bias exactly at its "
            f"start; no gradient reaches it, or its weights were not loaded"
        )
    if steps:
        return (
            f"all weights still are what the initializers drew, although the optimizer made {steps} steps: no "
            f"gradient reaches them, or their training was not saved"
        )
    return (
        "all weights still are what the initializers drew: the model predicts noise; train it, or load its "
        "weights, before it is saved"
    )
