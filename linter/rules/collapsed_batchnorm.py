"""NUM703."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class CollapsedBatchnorm(Rule):
    """BatchNormalization channels whose variance or scale has vanished.

    ## What it does
    Finds stored channels with a moving variance of practically zero, a scale (gamma) of zero that was not declared to
    start there, or a variance below zero.

    ## Why is this bad?
    A channel without variance was constant on all training data: what feeds it is dead. At inference its small
    residues are divided by the root of epsilon and come out up to thirty times as large. A channel with gamma zero
    passes on a constant. A negative variance is a damaged file: the root of it is NaN.

    ## The numbers behind
    Practically zero is below 1e-8 and below a ten-thousandth of the layer's median. `units` lists the channels; a
    warning from a tenth of a layer on.

    ## References
    Ioffe, Szegedy (2015), Batch Normalization, arXiv:1502.03167.
    """

    code: ClassVar = "NUM703"
    name: ClassVar = "collapsed-batchnorm"
    severity: ClassVar = Severity.INFO
    evidence: ClassVar = Evidence.WEIGHTS
    certainty: ClassVar = Certainty.PROVEN
    flagged: ClassVar = (
        Example(
            "trained(chain(input(4), dense(3), batch_normalization(moving_variance=array(1, 0, 2)), relu(), dense(1)))"
        ),
        Example(
            "trained(chain(input(4), dense(3), batch_normalization(moving_variance=array(1, -1, 2)), relu(), "
            "dense(1)))",
            "error: damaged",
        ),
        Example("trained(chain(input(4), dense(3), batch_normalization(gamma=array(1, 0, 2)), relu(), dense(1)))"),
        Example(
            "trained(chain(input(4), nested(chain(input(4), dense(3), batch_normalization(gamma=array(1, 0, "
            "2)))), dense(1)))",
            "nested",
        ),
        Example(
            "trained(chain(input(5, 4), dense(3), time_distributed(batch_normalization(gamma=array(1, 0, 2))), "
            "dense(1)))",
            "in a wrapper",
        ),
    )
    passing: ClassVar = (
        Example("trained(chain(input(4), dense(3), batch_normalization(), relu(), dense(1)))"),
        Example(
            "trained(chain(input(4), dense(3), batch_normalization(moving_variance=array(1e-6, 2e-6, 1e-6)), "
            "relu(), dense(1)))",
            "small inputs",
        ),
        Example(
            "trained(chain(input(4), dense(3), batch_normalization(gamma=zeros(3), gamma_initializer='zeros'), "
            "dense(1)))",
            "declared",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import batchnorm
        from linter.analysis.words import some

        found = batchnorm.collapsed(model)
        negative = {item.node.layer: item.negative for item in found if item.negative}
        if negative:
            yield self.finding(
                f"the moving variance is negative in {some(negative)}: outputs are NaN; the file is damaged, "
                f"restore it",
                tuple(negative),
                severity=Severity.ERROR,
                units=negative,
                measured={"channels": float(sum(map(len, negative.values())))},
            )
        units = {
            item.node.layer: tuple(sorted({*item.still, *item.unscaled}))
            for item in found
            if item.still or item.unscaled
        }
        if not units:
            return
        share = max(len({*item.still, *item.unscaled} - {*item.pruned}) / item.channels for item in found)
        total = sum(map(len, units.values()))
        pruned = sum(len({*item.still} & {*item.pruned}) for item in found)
        yield self.finding(
            f"{total} BatchNormalization {'channel has' if total == 1 else 'channels have'} collapsed in "
            f"{some(units)}: no variance, or a scale of "
            "zero, so that a constant is passed on; what feeds them is dead: prune them, or train with a lower "
            "learning rate or weight penalty",
            tuple(units),
            severity=Severity.WARNING if share > 0.1 and total > pruned + 1 else Severity.INFO,
            units=units,
            measured={"channels": float(total), "pruned": float(pruned), "largest_live_share": share},
            fix=Fix(Safety.ADVICE, "prune the listed channels"),
        )
