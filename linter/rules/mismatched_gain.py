"""INI202."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

OFF = 1.1


@final
class MismatchedGain(Rule):
    """An initializer whose gain fits neither of the activations around its kernel.

    ## What it does
    Compares the gain of every hidden kernel's initializer (the root of scale in VarianceScaling, the gain of
    Orthogonal) with the gain that the activation before it asks for, and with that of the one after. It fires where
    both are missed by more than a tenth. First, output and residual-branch-last kernels are left out, those that a
    normalisation follows, and Glorot before rectifiers, which is INI201.

    ## Why is this bad?
    Every layer multiplies the second moment of the signal by the square of the miss. One layer does not matter; in a
    row they fade or explode, as signal-fades and signal-explodes will say if they do.

    ## The numbers behind
    The right gain is E[f(z)^2]^-1/2 for standard normal z: 1.41 for ReLU, 1.53 for GELU, 1.68 for SiLU, 1.49 for
    Mish, 1.25 for ELU, 1.59 for tanh, 1 for SELU. It belongs to the activation that feeds the kernel; for rectifiers,
    which know no scale, the one that follows does as well. For GELU, SiLU and Mish no gain holds over many plain
    layers: errors grow from layer to layer, and normalisation is the remedy.

    ## References
    Klambauer et al. (2017), arXiv:1706.02515 (SELU). Xiao et al. (2018), arXiv:1806.05393 (dynamical isometry).
    """

    code: ClassVar = "INI202"
    name: ClassVar = "mismatched-gain"
    severity: ClassVar = Severity.INFO
    certainty: ClassVar = Certainty.PROVEN
    flagged: ClassVar = (
        Example(
            "chain(input(8), dense(8, 'gelu'), dense(8, 'gelu'), dense(1))", "Glorot's gain is 1, GELU asks for 1.53"
        ),
        Example("chain(input(8), dense(8, 'silu'), dense(8), activation('swish'), dense(1))", "SiLU asks for 1.68"),
        Example("chain(input(8), dense(8, 'relu'), dense(8, 'relu', kernel_initializer='lecun_normal'), dense(1))"),
        Example("chain(input(8), dense(8, 'elu'), dense(8, 'elu', kernel_initializer='orthogonal'), dense(1))"),
        Example("chain(input(8), nested(chain(input(8), dense(8, 'gelu'), dense(8, 'gelu'))), dense(1))", "nested"),
        Example(
            "chain(input(5, 8), time_distributed(dense(8, 'gelu')), time_distributed(dense(8, 'gelu')), dense(1))",
            "in a wrapper",
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(8), dense(8, 'gelu'), dense(8, 'gelu', kernel_initializer='he_normal'), dense(1))",
            "1.41 is near 1.53",
        ),
        Example(
            "chain(input(8), dense(8, 'selu', kernel_initializer='lecun_normal'), dense(8, 'selu', "
            "kernel_initializer='lecun_normal'), dense(1))"
        ),
        Example(
            "chain(input(8), dense(8, 'gelu'), dense(8), layer_normalization(), activation('gelu'), dense(1))",
            "normalised",
        ),
        Example("chain(input(8), dense(8, 'relu'), dense(8, 'relu'), dense(1))", "Glorot before rectifiers is INI201"),
        Example("chain(input(8), dense(8, 'gelu'), dense(8), dense(1))", "one of the two fits"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.activations import facts
        from linter.analysis import freshness, gains
        from linter.analysis.words import some
        from linter.rules.glorot_before_relu import is_glorot

        found: dict[str, gains.Gain] = {}
        for gain in gains.of(model):
            initializer, known = gain.kernel.initializer, facts(gain.following)
            if (
                initializer is None
                or initializer.kind in gains.FIXED
                or (is_glorot(initializer) and known is not None and known.rectifier)
            ):
                continue
            if gain.off > OFF:
                found.setdefault(gain.kernel.node.layer, gain)
        if not found:
            return
        worst = max(found.values(), key=lambda item: item.off)
        wanted = worst.followed or worst.fed or 1.0
        past = (
            "" if freshness.starting(model) else " (these weights are trained: it is where training anew would start)"
        )
        yield self.finding(
            f"the initializers of {some(found)} have a gain of {worst.started:.2f} where the activation "
            f"{worst.following} asks for {wanted:.2f}: each such layer "
            f"changes the second moment of the signal {worst.off**2:.2g}-fold{past}; use "
            f"VarianceScaling(scale={wanted**2:.2f}, mode='fan_in')",
            tuple(found),
            pointer=f"{worst.kernel.node.pointer}/config/kernel_initializer",
            measured={"gain": worst.started, "wanted": wanted, "largest_miss": worst.off},
            fix=Fix(Safety.UNSAFE, f"set kernel_initializer=VarianceScaling(scale={wanted**2:.2f}, mode='fan_in')"),
        )
