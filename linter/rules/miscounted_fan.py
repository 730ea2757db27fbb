"""INI209."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.kernels import Kernel

TOLERANCE = 0.1


@final
class MiscountedFan(Rule):
    """A scaled initializer on a kernel whose fans Keras counts wrongly.

    ## What it does
    Finds He, Glorot and LeCun kernels of depthwise and transposed convolutions, whose standard deviation comes out
    more than 10 % off. Keras reads any kernel as (window, inputs, outputs); a depthwise one is (window, channels,
    multiplier) and sums over the window alone, a transposed one is (window, outputs, inputs).

    ## Why is this bad?
    The kernel starts too small (depthwise) or with the wrong end's fan (transposed). Where no normalisation follows,
    the signal shrinks or grows by that factor. Where one follows, training starts with other effective learning rates
    and little else.

    ## The numbers behind
    He on a 3 x 3 depthwise kernel of 256 channels has standard deviation 0.029 where 0.471 is right: 16 times too
    small, the root of the number of channels. A transposed convolution from 256 to 32 channels starts 2.8 times too
    big. `measured` holds the largest and the smallest factor.

    ## References
    He, Zhang, Ren, Sun (2015), arXiv:1502.01852, section 2.2.
    """

    code: ClassVar = "INI209"
    name: ClassVar = "miscounted-fan"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example(
            "chain(input(8, 8, 64), depthwise(activation='relu', depthwise_initializer='he_normal'), "
            "global_average_pooling(), dense(1))",
            "a warning: nothing normalises",
        ),
        Example(
            "chain(input(8, 8, 64), conv(16, kind='Conv{}DTranspose', kernel_initializer='he_normal'), "
            "batch_normalization(), relu(), conv(3))"
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(8, 8, 64), conv(16, activation='relu', kernel_initializer='he_normal'), "
            "global_average_pooling(), dense(1))"
        ),
        Example(
            "chain(input(8, 8, 64), conv(16, kind='Conv{}DTranspose', activation='relu'), conv(3))",
            "Glorot takes the mean of both fans, so turning them round changes nothing",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import freshness, kernels, neighbours

        factors: dict[str, float] = {}
        exposed: list[str] = []
        first = None
        for kernel in kernels.of(model):
            factor = _factor(kernel)
            if factor is None or abs(factor - 1) <= TOLERANCE:
                continue
            first = first or kernel.node
            factors[kernel.node.layer] = factor
            normalised = neighbours.normalised_before_activation(model, kernel.node)
            if not normalised and not neighbours.makes_output(model, kernel.node):
                exposed.append(kernel.node.layer)
        if first is None:
            return
        starting = freshness.starting(model)
        past = "" if starting else "; these weights are trained: it is where training anew would start"
        worst = max(factors.values(), key=lambda factor: max(factor, 1 / factor))
        yield self.finding(
            f"Keras miscounts the fans of depthwise and transposed kernels: here they start off by a "
            f"factor of {worst:.2g}{past}; "
            "give VarianceScaling a scale that makes up for it, or use an initializer of keras_act, which is "
            "told the layer",
            tuple(factors),
            severity=Severity.WARNING if exposed and starting else Severity.INFO,
            evidence=Evidence.CONFIG,
            certainty=Certainty.PROVEN,
            pointer=first.pointer,
            measured={"least_factor": min(factors.values()), "greatest_factor": max(factors.values())},
            fix=Fix(Safety.UNSAFE, "keras_act.initializers.He(layer='depthwise_conv' or 'conv_transpose')"),
        )


def _factor(kernel: Kernel) -> float | None:
    """Return the standard deviation that Keras gives over the right one; None where there is no telling."""
    from math import prod, sqrt

    from linter.analysis.kernels import DEPTHWISE, TRANSPOSED

    start, shape = kernel.initializer, kernel.shape
    if start is None or start.kind != "variance_scaling" or start.parameters.get("layer") or not shape:
        return None
    if kernel.node.op not in DEPTHWISE | TRANSPOSED or not kernel.fans:
        return None
    window = prod(shape[:-2])
    right = (window, window * shape[-1]) if kernel.node.op in DEPTHWISE else (window * shape[-1], window * shape[-2])
    mode = start.parameters.get("mode")
    return sqrt(_fan(right, mode) / _fan(kernel.fans[0], mode))


def _fan(fans: tuple[float, float], mode: object) -> float:
    return {"fan_in": fans[0], "fan_out": fans[1]}.get(str(mode), sum(fans) / 2)
