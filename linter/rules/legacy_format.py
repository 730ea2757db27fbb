"""CMP951."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class LegacyFormat(Rule):
    """A file that today's Keras does not load.

    ## What it does
    Finds SavedModel folders, and in HDF5 files and `.keras` archives what the loader of Keras 3 is known to stumble
    over: Sequential models stored as a list, layers and arguments that are gone, functional models of Keras 2.15,
    models read at a call that was not stored.

    ## Why is this bad?
    The model runs only where an old Keras is kept alive, with the security holes that have been closed since. Nobody
    notices until somebody has to load it.

    ## The numbers behind
    Of 61 published architectures without Lambda, Keras 3.15 fails on 21: 12 of 28 HDF5 files of Keras 2, all 7
    SavedModels and 2 of 22 `.keras` archives.

    ## References
    Keras documentation, Migrating Keras 2 code to Keras 3.
    """

    code: ClassVar = "CMP951"
    name: ClassVar = "legacy-format"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example(
            "chain(input(4), dense(8, 'relu'), layer('ThresholdedReLU', theta=1.0), dense(1))", "a layer that is gone"
        ),
        Example("chain(input(8, 8, 3), depthwise(groups=1), flatten(), dense(1))", "as Keras 2 wrote it"),
        Example("chain(input(20, 3), lstm(8, time_major=False), dense(1))"),
        Example(
            "chain(input(8, 8, 3), layer('Lambda', function=['4wEAAAA=', None, None], function_type='lambda'), "
            "depthwise(groups=1), flatten(), dense(1))",
            "which `convert` cannot carry over before the Lambda is replaced",
        ),
    )
    passing: ClassVar = (
        Example("chain(input(4), dense(8, 'relu'), dense(1))"),
        Example(
            "chain(input(8, 8, 3), conv(4, groups=1, activation='relu'), flatten(), dense(1))",
            "Conv2D still takes groups",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.loadable import obstacles

        found = obstacles(model)
        if found:
            reasons = list(dict.fromkeys(item.reason for item in found))
            shown = "; ".join(reasons[:3]) + (f"; and {len(reasons) - 3} more" if len(reasons) > 3 else "")
            foreign = _foreign(model)
            way_out = "`keras-lint convert` writes one that it does"
            fix = Fix(Safety.SAFE, "keras-lint convert OLD -o NEW.keras")
            if model.graph.guessed:
                way_out = "the Keras that wrote it does, with the code of its class"
                fix = Fix(Safety.ADVICE, "load it there, and save it as a keras.Model(inputs, outputs)")
            elif foreign:
                way_out += f", once {foreign} is a layer of Keras"
                fix = Fix(Safety.ADVICE, f"replace {foreign}, then {fix.summary}")
            yield self.finding(
                f"today's Keras does not load this file: {shown}; {way_out}",
                tuple(dict.fromkeys(item.layer for item in found if item.layer)),
                pointer=found[0].pointer,
                fix=fix,
            )


def _foreign(model: Subject) -> str:
    """Name the first layer that holds code, or is not Keras's own, which no conversion carries over; "" if none."""
    for node in model.graph.nodes:
        function = node.activation
        own = function is None or function.name != "unknown" or function.spelling.startswith("keras_act>")
        if node.op in ("Unknown", "Lambda") or not own:
            return f"{node.layer} ({node.class_name or node.op})"
    return ""
