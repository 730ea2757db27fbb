"""DED402."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class ProvenDeadUnits(Rule):
    """Units that no input can fire.

    ## What it does
    Follows, unit by unit, what the stored weights let each layer put out for any input in the declared range
    (`--input-range`, else any input), and lists the ReLU units whose greatest possible input is not positive.
    Untrained models are left alone.

    ## Why is this bad?
    Such a unit is zero for every input and receives no gradient: it will not come back. It costs memory and time, and
    can be removed without any change to what the model computes.

    ## The numbers behind
    Interval propagation: low and high ends of every unit through kernels, BatchNormalization, pooling, merges and
    activations, with an allowance for float32 rounding of gamma_n times the sum of absolute products. What it proves
    is proven, as long as layers are computed as plain sums in the stated precision; what it does not prove may still
    be dead: sample data show it (DED401).

    ## References
    Moore, Kearfott, Cloud (2009), Introduction to interval analysis. Higham (2002), Accuracy and stability of
    numerical algorithms, section 3.1.
    """

    code: ClassVar = "DED402"
    name: ClassVar = "proven-dead-units"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.WEIGHTS
    certainty: ClassVar = Certainty.PROVEN
    flagged: ClassVar = (
        Example(
            "trained(chain(input(2), dense(2, 'sigmoid'), dense(2, 'relu', kernel=array([-1, 1], [-1, 1]), "
            "bias=array(-1, 0)), dense(1)))"
        ),
        Example(
            "trained(chain(input(2), dense(2), relu(), dense(2, kernel=array([-1, 1], [-1, 1]), bias=array(0, "
            "0)), relu(), dense(1)))"
        ),
        Example(
            "trained(chain(input(2), dense(2, 'relu', kernel=array([0, 1], [0, 1]), bias=array(-1, 0)), dense(1)))",
            "no weights, negative bias",
        ),
        Example(
            "trained(chain(input(2), nested(chain(input(2), dense(2, 'tanh'), dense(2, 'relu', kernel=full(1, 2, "
            "2), bias=array(-3, 0)))), dense(1)))"
        ),
        Example(
            "trained(chain(input(9, 2), lstm(2), dense(2, 'relu', kernel=full(1, 2, 2), bias=array(-3, 0)), dense(1)))",
            "an LSTM's state is in [-1, 1]",
        ),
    )
    passing: ClassVar = (
        Example(
            "trained(chain(input(2), dense(2, 'relu', kernel=array([-1, 1], [-1, 1]), bias=array(-9, 0)), dense(1)))",
            "any input is possible",
        ),
        Example(
            "trained(chain(input(2), dense(2, 'tanh'), dense(2, 'relu', kernel=full(1, 2, 2), bias=array(-1.9, "
            "0)), dense(1)))",
            "1 + 1 > 1.9",
        ),
        Example(
            "trained(chain(input(2), dense(2, 'sigmoid'), dense(2, 'elu', kernel=full(-1, 2, 2), bias=array(-1, "
            "0)), dense(1)))",
            "no silent side",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import bounds, freshness
        from linter.analysis.words import some

        if freshness.starting(model):
            return
        found = bounds.dead(model)
        units = {layer: places for layer, (places, _) in found.items()}
        if units:
            total = sum(map(len, units.values()))
            where = " in the declared input range" if model.options.input_range else ""
            yield self.finding(
                f"{total} {'unit' if total == 1 else 'units'} in {some(units)} cannot fire for any input{where}: "
                f"they put out zero, get no "
                "gradient and cost as much as live ones; remove them, or start anew with a lower learning rate",
                tuple(units),
                units=units,
                measured={
                    "units": float(total),
                    "largest_share": max(len(places) / width for places, width in found.values()),
                },
                fix=Fix(Safety.SAFE, "remove the listed units"),
            )
