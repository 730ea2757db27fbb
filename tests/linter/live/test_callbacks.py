"""The guard in real training, on whichever backend Keras runs: what it logs, says, and when it ends a fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from linter.live.callbacks import LintModel
from linter.options import Options
from linter.selection import UnknownCodeError

# PyTorch's arrays under NumPy 2, inside Keras's convert_to_numpy
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
X = np.random.default_rng(0).normal(size=(32, 5, 3)).astype("float32")
Y = np.random.default_rng(1).normal(size=(32, 1)).astype("float32")


def model(activation: str = "tanh") -> Any:
    """Return a small recurrent model, with ReLU in its LSTM an error."""
    keras.utils.set_random_seed(3)
    layers = [keras.Input((5, 3)), keras.layers.LSTM(4, activation=activation), keras.layers.Dense(1)]
    made = keras.Sequential(layers)
    made.compile("adam", "mse", run_eagerly=True)  # no graph to trace: quicker for so few steps
    return made


class Poison(keras.callbacks.Callback):  # type: ignore[misc]
    """Puts a NaN into the last layer's kernel at the end of an epoch."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self.epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the NaN."""
        if epoch == self.epoch:
            kernel = self.model.layers[-1].kernel
            values = np.array(keras.ops.convert_to_numpy(kernel))
            values[0, 0] = np.nan
            kernel.assign(values)


def fit(made: Any, *callbacks: Any, epochs: int = 3) -> dict[str, list[float]]:
    history: dict[str, list[float]] = made.fit(X, Y, epochs=epochs, verbose=0, callbacks=list(callbacks)).history
    return history


def codes(guard: LintModel, epoch: int) -> set[str]:
    return {finding.code for report in guard.history[epoch] for finding in report.findings}


def test_each_epoch_is_counted_and_each_finding_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    guard = LintModel()
    history = fit(model("relu"), guard)
    assert history["lint_errors"] == [1, 1, 1]
    assert [sorted(guard.history), codes(guard, 2) >= {"RNN101"}] == [[0, 1, 2], True]
    said = [line for line in capsys.readouterr().out.splitlines() if "RNN101" in line]
    assert len(said) == 1
    assert said[0].startswith("keras-lint: epoch 1: error RNN101 unbounded-recurrent-activation in lstm")


def test_a_nan_ends_the_training_in_its_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    guard = LintModel(stop_at="error")
    history = fit(model(), Poison(1), guard, epochs=5)
    assert history["lint_errors"] == [0, 1]
    assert "NUM701" in codes(guard, 1) - codes(guard, 0)
    assert "epoch 2: stopping, NUM701 non-finite-weights is at or above error" in capsys.readouterr().out


@pytest.mark.parametrize(("stop_at", "epochs"), [("never", 3), ("error", 1), ("warning", 1)])
def test_stops_at_its_severity(stop_at: str, epochs: int) -> None:
    history = fit(model("relu"), LintModel(stop_at=stop_at, verbose=0))
    assert len(history["loss"]) == epochs


def test_every_other_epoch_and_only_what_is_selected() -> None:
    guard = LintModel(every=2, options=Options(select=("NUM",)), verbose=0)
    history = fit(model("relu"), Poison(1), guard, epochs=4)
    assert list(guard.history) == [0, 2]
    assert history["lint_errors"] == [0, 0, 1, 1]


@pytest.mark.parametrize("weights_only", [False, True])
def test_checkpoints_are_linted_as_they_are_written(
    weights_only: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "{epoch:02d}.weights.h5" if weights_only else "{epoch:02d}.keras"
    written = keras.callbacks.ModelCheckpoint(str(tmp_path / name), save_weights_only=weights_only)
    guard = LintModel(checkpoints=tmp_path, stop_at="error", options=Options(select=("NUM701",)))
    fit(model(), Poison(1), written, guard, epochs=4)
    assert [[Path(report.path).name for report in guard.history[epoch]] for epoch in (0, 1)] == [
        [name.format(epoch=1)],
        [name.format(epoch=2)],
    ]
    assert list(guard.history) == [0, 1]
    assert "epoch 2: error NUM701" in capsys.readouterr().out


def test_a_file_that_is_none_does_not_end_the_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "half.keras").write_bytes(b"PK\x03\x04 half a file")
    history = fit(model(), LintModel(checkpoints=tmp_path, stop_at="info"), epochs=2)
    assert len(history["loss"]) == 2
    assert capsys.readouterr().out.count("half.keras cannot be linted") == 1


def test_wrong_arguments_are_told_before_training() -> None:
    with pytest.raises(ValueError, match=r"every=0"):
        LintModel(every=0)
    with pytest.raises(ValueError, match=r"stop_at='fatal'"):
        LintModel(stop_at="fatal")
    with pytest.raises(UnknownCodeError, match="XYZ"):
        LintModel(options=Options(select=("XYZ",)))
