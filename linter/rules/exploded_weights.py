"""NUM702."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

TIMES = 100.0
ACTIVE = 64
"""Features that an input is counted with at most: of one with thousands, as of words, a few are not zero."""


@final
class ExplodedWeights(Rule):
    """A stored kernel of a size that no training means.

    ## What it does
    Compares the root mean square of every stored kernel with its fan scale, 1 / sqrt(fan in), the size at which a sum
    keeps its inputs' scale, and reports more than a hundred times that. Embeddings, normalisation parameters and
    statistics are left out. What stands on the model's input is counted with 64 features at most: bags of words and
    one-hot codes have thousands, of which a few are not zero.

    ## Why is this bad?
    Each such layer multiplies its input a hundredfold: gradients explode, small changes of the input turn the
    prediction over, half precision overflows. It is what a diverging run leaves behind shortly before the first NaN.

    ## The numbers behind
    `measured` holds the largest ratio of root mean square to fan scale. Initializers start between 0.5 and 2; trained
    layers stay below 20.

    ## References
    Pascanu, Mikolov, Bengio (2013), On the difficulty of training recurrent neural networks, arXiv:1211.5063: clip
    gradients by their norm.
    """

    code: ClassVar = "NUM702"
    name: ClassVar = "exploded-weights"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.WEIGHTS
    certainty: ClassVar = Certainty.OBSERVED
    flagged: ClassVar = (
        Example("trained(chain(input(64), dense(64, 'relu', kernel=normal(64, 64, std=50)), dense(1)))"),
        Example(
            "trained(chain(input(8, 8, 4), conv(8, kernel=normal(3, 3, 4, 8, std=40)), relu(), flatten(), dense(1)))"
        ),
        Example(
            "trained(chain(input(9, 16), bidirectional(lstm(8, recurrent_kernel=normal(8, 32, std=99))), dense(1)))",
            "in a wrapper",
        ),
        Example(
            "trained(chain(input(16), nested(chain(input(16), dense(16, kernel=normal(16, 16, std=99)))), dense(1)))",
            "nested",
        ),
    )
    passing: ClassVar = (
        Example("trained(chain(input(64), dense(64, 'relu'), dense(1)))"),
        Example(
            "trained(chain(input(64), dense(64, 'relu', kernel=normal(64, 64, std=1)), dense(1)))",
            "eight times: large, yet no divergence",
        ),
        Example("trained(chain(input(9), embedding(50, 8, embeddings=normal(50, 8, std=500)), flatten(), dense(1)))"),
        Example(
            "trained(chain(input(2000), dense(1, kernel=normal(2000, 1, std=3))))",
            "a regression on two thousand features that are mostly zero",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import kernels, statistics, topology
        from linter.analysis.words import some

        top = topology.of(model)
        starts = [node for node in model.graph.nodes if node.op == "InputLayer"]
        first = {node.name for start in starts for node in top.ahead(start, topology.PASSIVE | topology.RESIZING)}
        found: dict[str, float] = {}
        for kernel in kernels.of(model):
            if kernel.weight is None or not kernel.fan_in or kernel.node.op in ("Embedding", "Unknown"):
                continue
            fan_in = min(kernel.fan_in, ACTIVE) if kernel.node.name in first else kernel.fan_in
            ratio = statistics.of(model, kernel.weight).root_mean_square * fan_in**0.5
            if ratio > TIMES:
                found[kernel.node.layer] = max(ratio, found.get(kernel.node.layer, 0.0))
        if found:
            yield self.finding(
                f"the weights of {some(found)} are {max(found.values()):.0f} times the size at which a layer "
                f"keeps its input's scale: a run "
                "that diverges; go back to an earlier checkpoint, lower the learning rate or clip gradients",
                tuple(found),
                measured={"largest_ratio": max(found.values())},
                fix=Fix(
                    Safety.ADVICE,
                    "restore an earlier checkpoint; train with a lower learning rate or clipped gradients",
                ),
            )
