"""NRM605."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.outputs import Output
    from linter.analysis.topology import Topology
    from linter.graph import Node

DROPPING = frozenset(
    ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout")
)
MOST = 0.5


@final
class ExcessiveDropout(Rule):
    """Dropout of more than one half, or behind the output.

    ## What it does
    Finds dropout layers with a rate above 0.5, recurrent layers with such a `dropout` or `recurrent_dropout`, and
    dropout of any rate behind the layer that makes the output.

    ## Why is this bad?
    More than one half takes away more signal than noise can be worth: what is left carries little of the input and is
    multiplied by more than two. Often a keep probability was meant. Behind the output, dropout sets predictions to 0
    in training, and the loss judges the model for it.

    ## The numbers behind
    The noise that dropout adds has a variance of p / (1 - p) times the squared signal: as much as that for p = 0.5,
    4 times as much for p = 0.8.

    ## References
    Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov (2014), Dropout: keep 0.5 of the hidden units, 0.8 of the
    inputs.
    """

    code: ClassVar = "NRM605"
    name: ClassVar = "excessive-dropout"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(8), dense(64, 'relu'), dropout(0.8), dense(1))", "0.2 may have been meant"),
        Example(
            "chain(input(8), dense(64, 'relu'), dense(4, 'softmax'), dropout(0.2), loss='categorical_crossentropy')",
            "behind the output",
        ),
        Example("chain(input(20, 3), lstm(8, dropout=0.7), dense(1))"),
        Example("chain(input(8), dense(16, 'relu'), dense(3), dropout(0.2), activation('softmax'))", "of logits"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(64, 'relu'), dropout(0.5), dense(1))"),
        Example(
            "chain(input(8), dense(64, 'relu'), dense(4, 'softmax'), dropout(0.0), loss='categorical_crossentropy')"
        ),
        Example("chain(input(8), dense(16, 'relu'), dropout(0.2))", "a trunk: its head is another model"),
        Example(
            "chain(input(8, 8, 3), conv(16, activation='relu'), global_average_pooling(), dropout(0.2))",
            "features: no output layer yet",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import outputs, topology

        top = topology.of(model)
        behind = list(dict.fromkeys(node.layer for output in outputs.of(model) for node in _behind(top, output)))
        strong = {
            node.layer: rate for node in model.graph.nodes if (rate := _rate(node)) > MOST and node.layer not in behind
        }
        if strong:
            yield self.finding(
                f"dropout of {', '.join(f'{rate:g}' for rate in dict.fromkeys(strong.values()))} takes away "
                "more than half of a hidden signal: the network "
                "learns slowly and too little; use 0.5 or less (was a keep probability meant?)",
                tuple(strong),
                fix=Fix(Safety.UNSAFE, "set the rate to 0.5 or less"),
            )
        if behind:
            yield self.finding(
                "dropout behind the output sets predictions to 0 in training, and the loss judges the model "
                "for it; put it before the last layer",
                tuple(behind),
                fix=Fix(Safety.UNSAFE, "remove the dropout behind the output"),
            )


def _rate(node: Node) -> float:
    keys = (
        ("rate",)
        if node.op in DROPPING
        else ("dropout", "recurrent_dropout")
        if node.op in ("LSTM", "GRU", "SimpleRNN")
        else ()
    )
    found = [value for key in keys if isinstance(value := node.config.get(key), int | float)]
    return max(found, default=0.0)


def _behind(top: Topology, output: Output) -> Iterator[Node]:
    """Yield the dropout between an output and the layer that makes it; of features without a loss, none."""
    from linter.activations import facts
    from linter.analysis.outputs import TRANSPARENT
    from linter.analysis.topology import AFFINE, POOLING

    path: list[Node] = []
    node: Node | None = output.node
    while node is not None and (node.op in TRANSPARENT or node is output.acting):
        path.append(node)
        node = top.source(node)
    known = facts(output.activation)
    final = known is not None and (output.acting is None or known.in_unit_interval)
    features = node is None or node.op not in AFFINE or not final or any(item.op in POOLING for item in path)
    if output.loss is not None or not features:
        yield from (item for item in path if item.op in DROPPING and _rate(item) > 0)
