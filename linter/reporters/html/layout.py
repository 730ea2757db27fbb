"""Layered drawing of an acyclic graph: ranks, an order within each that crosses little, and places. Knows no report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 12
WIDEST = 14
"""Places side by side beyond which a drawing is no help."""
MOST_BENDS = 1_500
BEND = 0.3
"""Width of a passing edge, in widths of a box."""


@dataclass(slots=True)
class Place:
    """A box, or the place where a long edge passes a rank. `x` is in widths of a box."""

    rank: int
    width: float = 1.0
    x: float = 0.0
    above: list[Place] | None = None
    below: list[Place] | None = None

    def near(self, upward: bool) -> list[Place]:
        """The places that it is joined to in the rank above, or below."""
        return (self.above if upward else self.below) or []


def placed(inputs: Sequence[Sequence[int]]) -> tuple[list[Place], list[list[Place]]] | None:
    """Return the places of the nodes and of each edge, or None if it would be a thicket.

    inputs: by node, those that feed it, all of lower index. Edges come by target, then in the order of its inputs.
    """
    ranks: list[int] = []
    for sources in inputs:
        ranks.append(1 + max((ranks[source] for source in sources), default=-1))
    bends = sum(ranks[at] - ranks[source] - 1 for at, sources in enumerate(inputs) for source in sources)
    if bends > MOST_BENDS:
        return None
    boxes = [Place(rank) for rank in ranks]
    rows: list[list[Place]] = [[box for box in boxes if box.rank == rank] for rank in range(max(ranks, default=-1) + 1)]
    edges = [_edge(boxes[source], box, rows) for box, sources in zip(boxes, inputs, strict=True) for source in sources]
    if max((sum(place.width for place in row) for row in rows), default=0) > WIDEST:
        return None
    _order(rows)
    _spread(rows)
    return boxes, edges


def _edge(source: Place, target: Place, rows: list[list[Place]]) -> list[Place]:
    """Return the places of an edge from `source` to `target`, one in every rank between them."""
    between = [Place(rank, BEND) for rank in range(source.rank + 1, target.rank)]
    for place in between:
        rows[place.rank].append(place)
    chain = [source, *between, target]
    for upper, lower in pairwise(chain):
        upper.below = [*upper.near(upward=False), lower]
        lower.above = [*lower.near(upward=True), upper]
    return chain


def _order(rows: list[list[Place]]) -> None:
    """Sort each rank by the mean place of its neighbours, down and up again."""
    for row in rows:
        _pack(row)
    for sweep in range(SWEEPS):
        upward = sweep % 2 == 0
        for row in rows if upward else reversed(rows):
            row.sort(key=lambda place: _mean(place, upward))
            _pack(row)


def _mean(place: Place, upward: bool) -> float:
    near = place.near(upward)
    return sum(other.x for other in near) / len(near) if near else place.x


def _pack(row: list[Place]) -> None:
    """Set the places of a rank side by side, around 0."""
    x = -sum(place.width for place in row) / 2
    for place in row:
        place.x = x + place.width / 2
        x += place.width


def _spread(rows: list[list[Place]]) -> None:
    """Move each place towards its neighbours as far as those beside it allow."""
    for sweep in range(SWEEPS):
        upward = sweep % 2 == 0
        for row in rows if upward else reversed(rows):
            wanted = [_mean(place, upward) for place in row]
            edge = float("-inf")
            for place, x in zip(row, wanted, strict=True):
                place.x = max(x, edge + place.width / 2)
                edge = place.x + place.width / 2
            drift = sum(place.x - x for place, x in zip(row, wanted, strict=True)) / max(len(row), 1)
            for place in row:
                place.x -= drift
