"""DED403."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

SELDOM = 1e-3


@final
class LikelyDeadUnits(Rule):
    """Channels that BatchNormalization keeps on the silent side of their rectifier.

    ## What it does
    For every stored BatchNormalization that goes straight into ReLU or another function with a silent side, computes
    how often each channel can be expected to fire, and lists those below one in a thousand.

    ## Why is this bad?
    After BatchNormalization a channel has mean beta and standard deviation |gamma|. Where beta is far below zero the
    rectifier cuts all of it off: the channel costs memory and time, contributes next to nothing and receives next to
    no gradient.

    ## The numbers behind
    P(fires) = Phi(beta / |gamma|) for a normal channel; 1e-3 is beta = -3.09 |gamma|. In published trained models 9
    of 2 983 channels were below
    -3. `units` lists the channels; a warning from a tenth of a layer on.

    ## References
    Mehta, Kim, Theobalt (2019), On implicit filter level sparsity in convolutional neural networks, CVPR: how such
    channels come about, and that they can be pruned.
    """

    code: ClassVar = "DED403"
    name: ClassVar = "likely-dead-units"
    severity: ClassVar = Severity.INFO
    evidence: ClassVar = Evidence.WEIGHTS
    certainty: ClassVar = Certainty.ESTIMATED
    flagged: ClassVar = (
        Example(
            "trained(chain(input(4), dense(2), batch_normalization(beta=array(0, -5), gamma=array(1, 1)), relu(), "
            "dense(1)))"
        ),
        Example(
            "trained(chain(input(4), dense(2), batch_normalization(beta=array(0, -1), gamma=array(1, -0.1)), "
            "activation('relu'), dense(1)))"
        ),
        Example(
            "trained(chain(input(4), nested(chain(input(4), dense(2), batch_normalization(beta=array(0, -5), "
            "gamma=array(1, 1)), relu())), dense(1)))"
        ),
        Example(
            "trained(chain(input(9, 4), dense(2), time_distributed(batch_normalization(beta=array(0, -5), "
            "gamma=array(1, 1))), relu(), dense(1)))"
        ),
    )
    passing: ClassVar = (
        Example(
            "trained(chain(input(4), dense(2), batch_normalization(beta=array(0, -2), gamma=array(1, 1)), relu(), "
            "dense(1)))",
            "fires one time in 44",
        ),
        Example(
            "trained(chain(input(4), dense(2), batch_normalization(beta=array(0, -5), gamma=array(1, 1)), "
            "leaky_relu(), dense(1)))",
            "no silent side",
        ),
        Example(
            "trained(chain(input(4), dense(2), batch_normalization(beta=array(0, -5), gamma=array(1, 1)), dense(1)))",
            "no rectifier",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import batchnorm
        from linter.analysis.words import some

        units: dict[str, tuple[int, ...]] = {}
        worst, total = 0.0, 0
        for layer in batchnorm.firing(model):
            dead = tuple(i for i, chance in enumerate(layer.probability) if chance < SELDOM)
            if dead:
                units[layer.node.layer] = dead
                worst, total = max(worst, len(dead) / len(layer.probability)), total + len(dead)
        if units:
            yield self.finding(
                f"{total} {'channel fires' if total == 1 else 'channels fire'} less than once in a thousand after "
                f"BatchNormalization, in "
                f"{some(units)}: cost without contribution; prune them, or lower the learning rate or the penalty "
                f"that drove beta down",
                tuple(units),
                severity=Severity.WARNING if worst > 0.1 and total > 1 else Severity.INFO,
                units=units,
                measured={"channels": float(total), "largest_share": worst},
                fix=Fix(Safety.ADVICE, "prune the listed channels"),
            )
