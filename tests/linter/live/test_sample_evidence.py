"""What a run on data adds to rules that speak without one: growth of states, measured gains, overflow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from linter.build import Built, chain, dense, fresh, input, simple_rnn, trained
from linter.build import layer as stored
from linter.commands.lint import audit
from linter.finding import Certainty, Evidence, Finding, ModelReport, Severity
from linter.observation import Magnitude, Observation
from linter.options import Options
from linter.write import keras_archive
from tests.linter.live.seeing import Seeing
from tests.linter.read.quiet import quiet


def report_of(built: Built, data: Any, folder: Path) -> ModelReport:
    """Save, run, judge."""
    path = folder / "model.keras"
    path.write_bytes(keras_archive(built))
    seeing = Seeing(path)
    return audit(seeing.graph, Options(), "model.keras", seeing.on(data))


def only(report: ModelReport, code: str) -> Finding:
    """Return the one finding of a rule."""
    (finding,) = [finding for finding in report.findings if finding.code == code]
    return finding


def filled(built: Built, **values: dict[str, Any]) -> Built:
    """Put values of one's own into some of the weights."""
    merged = {layer: dict(found) for layer, found in built.values.items()}
    for layer, found in values.items():
        merged[layer] |= {role: np.asarray(value, np.float32) for role, value in found.items()}
    return replace(built, values=merged)


@pytest.mark.parametrize("factor", [1.5, 0.5])
def test_growth_of_a_state(factor: float, tmp_path: Path) -> None:
    steps, data = 9, np.random.default_rng(0).uniform(0.5, 1.5, (12, 9, 2)).astype("float32")
    built = trained(chain(input(steps, 2), simple_rnn(3, activation="relu", name="rnn"), dense(1)))
    kernel = np.random.default_rng(1).uniform(0.1, 1.0, (2, 3))
    recurrent = factor * np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0]])  # no identity: else it would be an IRNN
    built = filled(built, rnn={"kernel": kernel, "recurrent_kernel": recurrent, "bias": np.zeros(3)})
    state, moments = np.zeros((12, 3)), []
    for step in range(steps):
        state = np.maximum(data[:, step] @ kernel + state @ recurrent, 0)
        moments.append(np.mean(state**2))
    finding = only(report_of(built, data, tmp_path), "RNN101")
    assert finding.measured["state_growth"] == pytest.approx(moments[-1] / moments[0], rel=1e-4)
    assert (finding.evidence, finding.certainty) == (Evidence.SAMPLE, Certainty.OBSERVED)
    assert "on the sample" in finding.message


def scaled(make: Any, factor: float) -> Built:
    """Return fourteen rectified layers, as drawn or trained, whose kernels are `factor` times as large as Glorot's."""
    start = stored("RandomNormal", stddev=factor / 8)
    pieces = [dense(64, "relu", kernel_initializer=start) for _ in range(14)]
    built = make(chain(input(64), *pieces, dense(10), loss="mse"))
    if make is fresh:
        return built
    resized = {
        name: {"kernel": found["kernel"] * factor / 8 / found["kernel"].std(), "bias": 0 * found["bias"]}
        for name, found in built.values.items()
    }
    return filled(built, **resized)


@pytest.mark.parametrize(("code", "factor"), [("INI210", 1.0), ("INI211", 4.0)])
@pytest.mark.parametrize("make", [fresh, trained], ids=["fresh", "trained"])
def test_a_signal_is_measured_beside_the_prediction(make: Any, code: str, factor: float, tmp_path: Path) -> None:
    built = scaled(make, factor)
    data = np.random.default_rng(0).normal(size=(100, 64)).astype("float32")
    moments, x = [], data.astype(float)
    for weights in list(built.values.values())[:-1]:
        x = np.maximum(x @ weights["kernel"] + weights["bias"], 0)
        moments.append(np.mean(x**2))
    assert (moments[-1] / moments[0] < 1e-3) if code == "INI210" else (moments[-1] / moments[0] > 1e3)
    report = report_of(built, data, tmp_path)
    finding = only(report, code)
    assert finding.measured["sampled_gain"] == pytest.approx(moments[-1] / moments[0], rel=1e-4)
    assert (finding.evidence, finding.certainty) == (Evidence.SAMPLE, Certainty.OBSERVED)
    assert finding.severity is not Severity.INFO
    rows = [row for row in report.signal if row.sampled is not None]
    assert [row.sampled for row in rows[:14]] == pytest.approx(moments, rel=1e-4)
    assert all(row.predicted is not None for row in rows[:14])


@pytest.mark.parametrize(("code", "factor"), [("INI210", 0.5), ("INI211", 4.0)])
def test_a_prediction_that_the_sample_does_not_bear_out_stays_a_note(code: str, factor: float) -> None:
    built = scaled(trained, factor)
    names = [f"{name}.activation" for name in list(built.values)[:14]]
    seen = {name: Magnitude(name.removesuffix(".activation"), 1.0) for name in names}
    finding = only(audit(built.graph(), Options(), "model.keras", Observation(100, signal=seen)), code)
    assert finding.measured["sampled_gain"] == 1
    assert (finding.severity, finding.evidence) == (Severity.INFO, Evidence.WEIGHTS)


def test_overflow_on_the_sample(tmp_path: Path) -> None:
    built = trained(chain(input(4), dense(3, "relu", name="half", dtype="mixed_float16"), dense(1), loss="mse"))
    built = filled(built, half={"kernel": np.full((4, 3), 1000.0), "bias": np.zeros(3)})
    report = report_of(built, np.full((20, 4), 10.0, "float32"), tmp_path)
    assert [finding.code for finding in report.findings if finding.code == "NUM704"] == []
    finding = only(report_of(built, np.full((20, 4), 100.0, "float32"), tmp_path), "NUM704")
    assert (finding.layers, finding.evidence) == (("half",), Evidence.SAMPLE)
    assert finding.measured["largest"] > 65504


@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_quantised_integers_are_not_taken_for_weights(mode: str, tmp_path: Path) -> None:
    with quiet():
        model = keras.Sequential([keras.Input((16,)), *(keras.layers.Dense(n, activation="relu") for n in (8, 4))])
        for layer in model.layers:
            layer.quantize(mode)
        model.save(tmp_path / "model.keras")
    seeing = Seeing(tmp_path / "model.keras")
    data = np.random.default_rng(0).normal(size=(200, 16)).astype("f4")
    report = audit(seeing.graph, Options(), "model.keras", seeing.on(data))
    assert {finding.code for finding in report.findings} <= {"INI201", "INI213"}  # which speak of how it started
    assert [(item.layer, item.class_name) for item in report.unanalysed] == [(model.layers[0].name, "Dense")]
