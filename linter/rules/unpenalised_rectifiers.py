"""NRM603."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.graph import ModelGraph

PENALTIES = (
    "kernel_regularizer",
    "recurrent_regularizer",
    "depthwise_regularizer",
    "pointwise_regularizer",
    "activity_regularizer",
)


@final
class UnpenalisedRectifiers(Rule):
    """Unbounded activations and no penalty on weights or activities anywhere.

    ## What it does
    Finds models with hidden unbounded activations in which no layer has a weight or activity regularizer and the
    optimizer no weight decay. Off by default: most good models have none either.

    ## Why is this bad?
    Nothing bounds what a rectifier puts out, so nothing keeps activations from growing over a long training. A small
    penalty does, and helps where values must stay in a range: half precision, quantisation, very long training.

    ## The numbers behind
    The largest value of float16 is 65 504. An L2 penalty of 1e-4 pulls a weight of size 1 back by 2e-4 times the
    learning rate at each step.

    ## References
    Krogh, Hertz (1992), A Simple Weight Decay Can Improve Generalization. Glorot, Bordes, Bengio (2011), Deep Sparse
    Rectifier Neural Networks, which penalises activities.
    """

    code: ClassVar = "NRM603"
    name: ClassVar = "unpenalised-rectifiers"
    severity: ClassVar = Severity.INFO
    default: ClassVar = False
    flagged: ClassVar = (Example("chain(input(8), dense(16, 'relu'), dense(1), loss='mse')"),)
    passing: ClassVar = (
        Example(
            "chain(input(8), dense(16, 'relu', "
            "kernel_regularizer={'class_name': 'L2', 'config': {'l2': 0.0001}}), dense(1), loss='mse')"
        ),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1), loss='mse', optimizer='AdamW', "
            "optimizer_config={'weight_decay': 0.004})"
        ),
        Example("chain(input(8), dense(16, 'tanh'), dense(1), loss='mse')"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.activations import facts
        from linter.analysis import outputs

        ends = {output.acting.name for output in outputs.of(model) if output.acting is not None}
        found = []
        for node in model.graph.nodes:
            known = facts(node.activation) if node.activation is not None and node.name not in ends else None
            if (
                known is not None
                and not known.bounded
                and node.activation is not None
                and node.activation.name != "linear"
            ):
                found.append(node)
        if found and not _is_penalised(model.graph):
            yield self.finding(
                "unbounded activations and no penalty on weights or activities: nothing keeps them from "
                "growing; add a small weight decay or L2 penalty",
                tuple(dict.fromkeys(node.layer for node in found)),
                pointer=found[0].pointer,
                fix=Fix(Safety.UNSAFE, "add kernel_regularizer='l2' of about 1e-4, or weight_decay to the optimizer"),
            )


def _is_penalised(graph: ModelGraph) -> bool:
    if graph.training is not None and graph.training.optimizer_config.get("weight_decay"):
        return True
    return any(
        node.op == "ActivityRegularization" or any(node.config.get(key) for key in PENALTIES) for node in graph.nodes
    )
