"""Geometry of the charts, against their numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from linter.finding import LayerRow, SignalRow
from linter.reporters.html.charts import CELLS, histograms, signal_chart, unit_maps
from tests.linter.reporters.samples import CLEAN, DEAD, TROUBLED


def test_the_signal_is_logarithmic():
    rows = tuple(SignalRow(f"layer_{power}", 10.0**-power) for power in range(5))
    chart = signal_chart(replace(CLEAN, signal=rows))
    heights = [point.y for point in chart.predicted]
    steps = {round(after - before, 1) for before, after in pairwise(heights)}
    assert max(steps) - min(steps) <= 0.11
    assert heights == sorted(heights)
    places = {exponent: y for y, exponent in chart.ticks}
    assert places[0] == pytest.approx(heights[0])
    assert chart.healthy[0] + chart.healthy[1] == pytest.approx(heights[3], abs=0.1)


@pytest.mark.parametrize("layers", [2, 3, 8, 30, 400])
def test_names_below_the_chart_do_not_touch(layers):
    names = [f"a_rather_long_name_of_a_layer_{at}" for at in range(layers)]
    chart = signal_chart(replace(CLEAN, signal=tuple(SignalRow(name, 1.0) for name in names)))
    ends = []
    for name in chart.names:
        width = len(name.text) * 6.4
        left = name.x - (width if name.anchor == "end" else width / 2)
        ends.append((left, left + width))
    assert len(ends) >= min(layers, 4)
    assert all(after[0] > before[1] for before, after in pairwise(ends))
    assert ends[-1][1] <= chart.width
    layers_at = {point.x: point.layer for point in chart.predicted}
    assert all(layers_at[name.x].endswith(name.text.removeprefix("…")) for name in chart.names)


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf, None])
def test_what_has_no_logarithm_is_a_gap(value):
    rows = (SignalRow("a", 1.0), SignalRow("b", value), SignalRow("c", 5e-324), SignalRow("d", 1e308))
    chart = signal_chart(replace(CLEAN, signal=rows))
    assert [point.layer for point in chart.predicted] == ["a", "c", "d"]
    assert all(0 <= point.y <= chart.height for point in chart.predicted)
    assert len(chart.ticks) < 15


def test_nothing_to_draw():
    assert signal_chart(CLEAN) is None
    assert signal_chart(replace(CLEAN, signal=(SignalRow("a"), SignalRow("b")))) is None
    assert unit_maps(CLEAN) == histograms(CLEAN) == []


def test_dead_units_are_where_they_are():
    (found,) = unit_maps(TROUBLED)
    assert [at for at, cell in enumerate(found.cells) if cell.kind == "dead"] == [1, 4, 7]
    assert len(found.cells) == 8
    assert found.kinds == ("dead",)


def test_a_wide_layer_has_several_units_a_cell():
    row = LayerRow("wide", "Dense", 4_096, dead=2, worst=(0, 4_095))
    (found,) = unit_maps(replace(CLEAN, layers=(row,)))
    assert len(found.cells) == CELLS
    assert [at for at, cell in enumerate(found.cells) if cell.kind] == [0, CELLS - 1]
    assert found.cells[-1].title == "units 4088 to 4095: 1 dead"


def test_the_gravest_is_shown():
    always_on = replace(DEAD, code="DED405", units={"dense": (0, 1)})
    (found,) = unit_maps(replace(TROUBLED, findings=(always_on, DEAD)))
    assert [cell.kind for cell in found.cells] == ["linear", "dead", "", "", "dead", "", "", "dead"]


def test_bars_are_in_proportion():
    (found,) = histograms(TROUBLED)
    assert [count for *_, count in found.bars] == [40, 12, 7, 3, 1]
    assert [height for *_, height, _ in found.bars] == [40, 12, 7, 3, 1]
    assert [x for x, *_ in found.bars] == [0, 20, 40, 60, 80]
