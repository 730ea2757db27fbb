"""ACT306."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.topology import Topology
    from linter.graph import Node


@final
class PreluPerPosition(Rule):
    """A PReLU with a slope of its own for every position of a feature map.

    ## What it does
    Finds PReLU layers of Keras on inputs with positions (images, sequences) and without `shared_axes`: then there is
    one slope for every channel at every position.

    ## Why is this bad?
    A convolution does the same at every position; slopes that differ from place to place undo that. They cost as many
    parameters as the feature map has values, each seen by one position only, and tie the model to one input size. The
    paper has one slope a channel.

    ## The numbers behind
    A feature map of 56 x 56 x 64 takes 200 704 slopes instead of 64. `measured` holds the slopes there are and those
    that one a channel would take.

    ## References
    He, Zhang, Ren, Sun (2015), arXiv:1502.01852, section 2.1.
    """

    code: ClassVar = "ACT306"
    name: ClassVar = "prelu-per-position"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example(
            "chain(input(32, 32, 3), conv(16), layer('PReLU', shared_axes=None), global_average_pooling(), dense(10))"
        ),
        Example("chain(input(100, 3), conv(16, rank=1), layer('PReLU'), flatten(), dense(10))"),
    )
    passing: ClassVar = (
        Example(
            "chain(input(32, 32, 3), conv(16), layer('PReLU', shared_axes=[1, 2]), global_average_pooling(), dense(10))"
        ),
        Example("chain(input(8), dense(16), layer('PReLU'), dense(1))", "a slope a unit"),
        Example(
            "chain(input(32, 32, 3), conv(16), custom('PReLU', 'keras_act.layers.prelu', 'keras_act>PReLU', "
            "shared_axes=None), "
            "global_average_pooling(), dense(10))",
            "shares all axes but the last by itself",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from math import prod

        from linter.analysis import topology

        top = topology.of(model)
        found = [node for node in model.graph.nodes if _is_per_position(top, node)]
        if not found:
            return
        sizes = [node.shape[1:] for node in found if node.shape and None not in node.shape[1:]]
        slopes = sum(prod(size or 1 for size in sizes_of) for sizes_of in sizes)
        channels = sum(size[-1] or 0 for size in sizes)
        count = f"{slopes:,} slopes where {channels:,} would do" if slopes else "as many slopes as the map has values"
        yield self.finding(
            f"PReLU learns a slope for every position of a feature map: {count}, which see one position each "
            "and fix the input size; "
            "set shared_axes to the axes of the positions",
            tuple(dict.fromkeys(node.layer for node in found)),
            pointer=found[0].pointer,
            measured={"slopes": slopes, "channels": channels} if slopes else {},
            fix=Fix(Safety.UNSAFE, "set shared_axes=[1, 2] (channels last)"),
        )


def _is_per_position(top: Topology, node: Node) -> bool:
    if node.activation is None or node.activation.name != "prelu" or node.shape is None:
        return False
    host = top.source(node)
    wrappers = host.wrappers if host is not None and host.layer == node.layer else node.wrappers
    if len(node.shape) - wrappers.count("TimeDistributed") < 3:
        return False
    given = node.activation.parameters
    return not given.get("shared_axes") and not given.get("per_channel")
