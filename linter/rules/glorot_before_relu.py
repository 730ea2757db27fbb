"""INI201."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.graph import Initializer
from linter.rule import Example, Rule, Subject


@final
class GlorotBeforeRelu(Rule):
    """A Glorot (Xavier) kernel followed by a rectifier.

    ## What it does
    Finds kernels that start from Glorot's distribution and whose output goes to ReLU, ReLU6, leaky or parametric
    ReLU, with no normalisation between. One finding for the model, with the predicted loss of signal through these
    layers.

    ## Why is this bad?
    Glorot's variance, 2 / (fan in + fan out), keeps the signal through a linear layer. A rectifier throws away half
    of it, so that each such layer with equal fans passes on half the second moment, forward and backward alike. A few
    layers do not mind; twenty lose a factor of a million, and training hardly starts. He's initialization doubles the
    variance and pays for the rectifier.

    ## The numbers behind
    A layer multiplies the second moment of the signal by fan in x variance x E f(z)^2, which for Glorot and ReLU is
    fan in / (fan in + fan out). `measured` holds the least and the product of these factors.

    ## References
    He, Zhang, Ren, Sun (2015), Delving Deep into Rectifiers, arXiv:1502.01852. Glorot, Bengio (2010), Understanding
    the difficulty of training deep feedforward neural networks.
    """

    code: ClassVar = "INI201"
    name: ClassVar = "glorot-before-relu"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example("chain(input(8), dense(8, 'relu'), dense(1))"),
        Example("chain(input(8), dense(8), relu(), dense(1))", "the rectifier is a layer of its own"),
        Example("chain(input(8), dense(8), leaky_relu(0.1), dense(1))"),
        Example("chain(input(8), dense(8, 'relu', kernel_initializer='glorot_normal'), dense(1))"),
        Example(
            "chain(input(8, 8, 3), conv(8, activation='relu', kernel_initializer='glorot_uniform'), flatten(), "
            "dense(1))"
        ),
        Example("chain(input(9, 8), time_distributed(dense(8, 'relu')), flatten(), dense(1))", "in a wrapper"),
        Example("chain(input(8), nested(chain(input(8), dense(8, 'relu'))), dense(1))", "in a nested model"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(8, 'relu', kernel_initializer='he_normal'), dense(1))"),
        Example("chain(input(8), dense(8, 'tanh'), dense(1))"),
        Example(
            "chain(input(8), dense(8), batch_normalization(), relu(), dense(1))", "the normalisation undoes the scale"
        ),
        Example("chain(input(8), dense(8, 'gelu'), dense(1))", "no rectifier: mismatched-gain looks at it"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.activations import facts
        from linter.analysis import freshness, kernels, neighbours

        factors: dict[str, float | None] = {}
        pointer = ""
        for kernel in kernels.of(model):
            if not is_glorot(kernel.initializer) or kernels.main(model, kernel.node) is not kernel:
                continue
            after = neighbours.following(model, kernel.node)
            known = facts(after.activation)
            if known is None or not known.rectifier or after.normalised:
                continue
            factors[kernel.node.layer] = (
                2 * kernel.fan_in / sum(kernel.fans[0]) / 2 if kernel.fan_in and kernel.fans else None
            )
            pointer = pointer or f"{kernel.node.pointer}/config/kernel_initializer"
        if not factors:
            return
        measured, loss = _loss([factor for factor in factors.values() if factor])
        past = (
            "" if freshness.starting(model) else " (these weights are trained: it is where training anew would start)"
        )
        yield self.finding(
            f"Glorot initialization before a rectifier, in {len(factors)} of the model's layers{loss}{past}; "
            "kernel_initializer='he_normal' keeps the signal, or a normalisation before the activation",
            tuple(factors),
            pointer=pointer,
            measured=measured,
            fix=Fix(Safety.UNSAFE, "set kernel_initializer='he_normal' (or 'he_uniform')"),
        )


def is_glorot(initializer: Initializer | None) -> bool:
    """Whether an initializer scales by the mean of the fans, with a scale of one."""
    if initializer is None or initializer.kind != "variance_scaling":
        return False
    return initializer.parameters.get("mode") == "fan_avg" and initializer.parameters.get("scale") == 1.0


def _loss(factors: list[float]) -> tuple[dict[str, float], str]:
    from math import prod

    if not factors:
        return {}, ""
    product = prod(factors)
    measured = {"least_factor": min(factors), "product": product}
    return measured, f": together they multiply the second moment of the signal by {product:.2g}"
