"""INI205."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

NEAR = 2.0
FAR = 10.0


@final
class FixedScaleKernel(Rule):
    """Hidden kernels that start at a fixed scale, whatever their fan.

    ## What it does
    Finds hidden Dense and convolution kernels with RandomNormal, TruncatedNormal or RandomUniform initializers, and
    multiplies, along each path, the factors by which their standard deviations miss what their fans ask for. Past
    twice it notes it (info), past ten times it warns. Embeddings, outputs, and kernels that a normalisation follows
    are left out.

    ## Why is this bad?
    A sum of n terms grows with the root of n: a scale that fits one width is wrong for every other. stddev=0.05 fits
    about 800 inputs with ReLU; with 64 inputs it takes the signal down to a third at each layer.

    ## The numbers behind
    Right is gain / sqrt(fan in), with the gain of the activation that follows (1.41 for ReLU). `measured` holds the
    product of started over right along the worst path.

    ## References
    He, Zhang, Ren, Sun (2015), arXiv:1502.01852, section 2.2: why a fixed 0.01 stalls deep networks.
    """

    code: ClassVar = "INI205"
    name: ClassVar = "fixed-scale-kernel"
    severity: ClassVar = Severity.WARNING
    certainty: ClassVar = Certainty.PROVEN
    flagged: ClassVar = (
        Example(
            "chain(input(64), *[dense(64, 'relu', kernel_initializer='random_normal') for _ in range(4)], dense(1))",
            "3.5 times, four times",
        ),
        Example(
            "chain(input(64), dense(64, 'relu', kernel_initializer='random_uniform'), dense(1))",
            "info: six times too small",
        ),
        Example(
            "chain(input(8, 8, 16), *[conv(16, activation='relu', kernel_initializer=layer('RandomNormal', "
            "stddev=1.0)) for _ in range(2)], flatten(), dense(1))"
        ),
        Example(
            "chain(input(64), nested(chain(input(64), *[dense(64, 'relu', kernel_initializer='random_normal') for "
            "_ in range(4)])), dense(1))",
            "nested",
        ),
        Example(
            "chain(input(5, 64), time_distributed(dense(64, 'relu', kernel_initializer='random_uniform')), "
            "flatten(), dense(1))",
            "in a wrapper",
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(512), dense(512, 'relu', kernel_initializer='random_normal'), dense(1))", "0.05 is near 0.06"
        ),
        Example("chain(input(64), dense(64, 'relu', kernel_initializer='he_normal'), dense(1))"),
        Example(
            "chain(input(64), dense(64, kernel_initializer='random_normal'), batch_normalization(), relu(), dense(1))",
            "normalised",
        ),
        Example("chain(input(64), dense(1, kernel_initializer='random_normal'))", "an output"),
        Example("chain(input(9), embedding(100, 8), flatten(), dense(1))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from math import exp

        from linter.analysis import freshness, scales
        from linter.analysis.words import some, times

        layers, worst = scales.worst_path(model)
        factor = exp(abs(worst))
        if factor <= NEAR:
            return
        starting = freshness.starting(model)
        past = "" if starting else " (these weights are trained: it is where training anew would start)"
        yield self.finding(
            f"the kernels of {some(layers)} start at a fixed scale: along the path they make the signal "
            f"{times(factor)} times too "
            f"{'large' if worst > 0 else 'small'}{past}; use an initializer that knows the fan, such as he_normal",
            layers,
            severity=Severity.WARNING if factor > FAR and starting else Severity.INFO,
            measured={"factor": exp(worst)},
            fix=Fix(Safety.UNSAFE, "set kernel_initializer='he_normal' (before rectifiers) or 'glorot_uniform'"),
        )
