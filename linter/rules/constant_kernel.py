"""INI204."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.kernels import Kernel


@final
class ConstantKernel(Rule):
    """A hidden kernel that is equal across its units.

    ## What it does
    Finds kernels of two or more units whose initializer is a constant (zeros, ones, Constant), and stored kernels
    whose columns are all equal. Outputs, depthwise kernels, and the last kernel before an Add (zero-initialised
    residual branches) are left alone; so are constant initializers of layers whose stored values have meanwhile come
    apart.

    ## Why is this bad?
    Units with equal weights compute the same value and receive the same gradient: they stay equal for ever, and the
    layer has one unit, however wide it is. With zeros the layers before it receive no gradient at all.

    ## The numbers behind
    `measured` holds the number of units that are copies of the first.

    ## References
    Goodfellow, Bengio, Courville (2016), Deep Learning, section 8.4: initial parameters must break the symmetry
    between units.
    """

    code: ClassVar = "INI204"
    name: ClassVar = "constant-kernel"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(4), dense(8, 'relu', kernel_initializer='zeros'), dense(1))"),
        Example("chain(input(4), dense(8, 'relu', kernel_initializer='ones'), dense(1))"),
        Example("chain(input(4), dense(8, kernel_initializer=layer('Constant', value=0.1)), relu(), dense(1))"),
        Example("chain(input(8, 8, 3), conv(4, activation='relu', kernel_initializer='zeros'), flatten(), dense(1))"),
        Example(
            "chain(input(20, 3), bidirectional(lstm(8, kernel_initializer='zeros', "
            "recurrent_initializer='zeros')), dense(1))",
            "in a wrapper",
        ),
        Example(
            "chain(input(4), nested(chain(input(4), dense(8, 'relu', kernel_initializer='zeros'))), dense(1))",
            "in a nested model",
        ),
        Example(
            "trained(chain(input(2), dense(3, 'relu', kernel=array([1, 1, 1], [2, 2, 2])), dense(1)))",
            "stored columns are equal",
        ),
    )
    passing: ClassVar = (
        Example("chain(input(4), dense(8, 'relu'), dense(1))"),
        Example(
            "chain(input(4), dense(8, 'relu'), dense(3, kernel_initializer='zeros'))", "an output may start at zero"
        ),
        Example("chain(input(4), dense(1, kernel_initializer='ones'), dense(8), dense(1))", "a single unit"),
        Example(
            "model(x := input(8), dense(1)(add()(x, dense(8, kernel_initializer='zeros')(dense(8, 'relu')(x)))))",
            "a branch that starts at nothing",
        ),
        Example("chain(input(8, 8, 3), depthwise(3, 'relu', depthwise_initializer='ones'), flatten(), dense(1))"),
        Example(
            "trained(chain(input(4), dense(8, 'relu', kernel_initializer='zeros', kernel=normal(4, 8)), dense(1)))",
            "trained away from its start",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import kernels

        declared: dict[str, float] = {}
        stored: dict[str, float] = {}
        pointer = ""
        for kernel in kernels.of(model):
            if (kernel.units or 0) < 2 or not _hidden(model, kernel):
                continue
            if kernel.weight is not None:
                if all(map(equal_columns, _together(model, kernel))):
                    stored[kernel.node.layer] = kernel.units or 0
            elif _constant(model, kernel):
                declared[kernel.node.layer] = kernel.units or 0
                pointer = pointer or f"{kernel.node.pointer}/config/kernel_initializer"
        if declared:
            yield self._finding("starts equal in all its units", declared, pointer, Evidence.CONFIG)
        if stored:
            yield self._finding("is equal in all its units", stored, "", Evidence.WEIGHTS)

    def _finding(self, what: str, layers: dict[str, float], pointer: str, evidence: Evidence) -> Finding:
        names = ", ".join(list(layers)[:3]) + (f" and {len(layers) - 3} more" if len(layers) > 3 else "")
        return self.finding(
            f"the kernel of {names} {what}: they compute the same, receive the same gradient and stay one unit "
            f"for ever; start from a random initializer",
            tuple(layers),
            evidence=evidence,
            certainty=Certainty.PROVEN,
            pointer=pointer,
            measured={"copies": sum(units - 1 for units in layers.values())},
            fix=Fix(Safety.UNSAFE, "set kernel_initializer='he_normal' (before rectifiers) or 'glorot_uniform'"),
        )


def _hidden(model: Subject, kernel: Kernel) -> bool:
    from linter.analysis import kernels, neighbours, topology

    node = kernel.node
    if (
        node.op in kernels.DEPTHWISE
        or kernel.role == "depthwise_kernel"
        or node.op in ("Embedding", "Unknown")
        or kernel.role == "output_kernel"
    ):
        return False
    if node.op in kernels.GATES and kernel.role == "recurrent_kernel":
        return False
    if neighbours.makes_output(model, node):
        return False
    through = topology.PASSIVE | topology.NORMALIZATIONS | topology.RESIZING | {"Activation"}
    return not any(target.op in ("Add", "Multiply", "Subtract") for target in topology.of(model).ahead(node, through))


def _constant(model: Subject, kernel: Kernel) -> bool:
    if (
        kernel.initializer is None
        or kernel.initializer.kind != "constant"
        or isinstance(kernel.initializer.parameters.get("value"), list)
    ):
        return False
    recurrent = kernel.node.config.get("recurrent_initializer")
    return recurrent is None or getattr(recurrent, "kind", "") == "constant"


def _together(model: Subject, kernel: Kernel) -> tuple[Kernel, ...]:
    """Return the kernels that must all be equal across units for the units to be: both of a recurrent layer."""
    from linter.analysis import kernels

    return kernels.at(model, kernel.node) if kernel.node.op in kernels.GATES else (kernel,)


def equal_columns(kernel: Kernel) -> bool:
    """Whether every row of a stored kernel holds one value; reads no further than the first row that does not."""
    if kernel.weight is None or kernel.tail != 1 or len(kernel.weight.shape) < 2:
        return False
    columns = kernel.weight.shape[-1]
    for piece in kernel.weight.chunks(columns):
        rows = piece.reshape(-1, columns)
        if (rows[:1] != rows[:1, :1]).any() or (rows != rows[:, :1]).any():
            return False
    return True
