"""The layered drawing: edges go down, boxes do not overlap, and a thicket is refused."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from linter.reporters.html.layout import WIDEST, placed


@st.composite
def graphs(draw):
    size = draw(st.integers(1, 25))
    return [draw(st.lists(st.integers(0, at - 1), max_size=3, unique=True)) if at else [] for at in range(size)]


@settings(deadline=None)
@given(graphs())
def test_edges_go_down_and_nothing_overlaps(inputs):
    found = placed(inputs)
    if found is None:
        assert len(inputs) > WIDEST
        return
    boxes, edges = found
    assert len(edges) == sum(map(len, inputs))
    ends = iter(edges)
    for at, sources in enumerate(inputs):
        for source in sources:
            edge = next(ends)
            assert (edge[0], edge[-1]) == (boxes[source], boxes[at])
            assert [place.rank for place in edge] == list(range(boxes[source].rank, boxes[at].rank + 1))
    for rank in {box.rank for box in boxes}:
        row = {id(place): place for place in (*boxes, *(p for edge in edges for p in edge)) if place.rank == rank}
        ordered = sorted(row.values(), key=lambda place: place.x)
        for left, right in pairwise(ordered):
            assert right.x - left.x >= (left.width + right.width) / 2 - 1e-6


def test_a_residual_block_is_straight():
    boxes, _ = placed([[], [0], [1], [0, 2]])
    assert [box.rank for box in boxes] == [0, 1, 2, 3]
    assert abs(boxes[1].x - boxes[2].x) < 0.2


def test_parallel_branches_do_not_cross():
    boxes, _ = placed([[], [0], [0], [1], [2], [3, 4]])
    assert (boxes[1].x < boxes[2].x) == (boxes[3].x < boxes[4].x)


def test_a_thicket_is_refused():
    assert placed([[], *([0] for _ in range(40))]) is None
    assert placed([list(range(at)) for at in range(60)]) is None
    assert placed([]) == ([], [])
