"""Models of others, most of which today's Keras no longer loads, run in the sandbox on data of the right shape."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from linter.analysis.topology import RECURRENT
from linter.commands.lint import audit
from linter.live.expecting import expected_of
from linter.live.run import Request, observe
from linter.options import Limits, Options
from linter.read import read

MODELS = Path(__file__).parents[3] / "../shared/models"
FILES = (
    "DarmorizIhor+lstm_epidemy/my_model",
    "DarmorizIhor+lstm_epidemy/weights.epoch_58-val_loss_0.55-val_accuracy_0.68.h5",
    "mvirgo+MLND-Capstone/full_CNN_model.h5",
    "oarriaga+face_classification/gender_mini_XCEPTION.21-0.95.hdf5",
    "Naghipourfar+Kaggle-Competitions/model.hdf5",
    "AbisheakJacob+ANN-Customer-Analytics/my_model.keras",
)


@pytest.mark.parametrize("name", FILES)
def test_every_layer_is_seen(name: str, tmp_path: Path) -> None:
    path = (MODELS / name).resolve()
    if not path.exists():
        pytest.skip("needs ../shared/models")
    graph, random = read(path, Limits()), np.random.default_rng(0)
    shapes = {item.name: (20, *(size or 16 for size in item.shape[1:])) for item in expected_of(graph)}
    np.savez(
        tmp_path / "data.npz", **{key: random.normal(size=shape).astype("float32") for key, shape in shapes.items()}
    )
    seen = observe(Request(path, str(tmp_path / "data.npz"), replace(Limits(), max_samples=16)))
    assert (seen.samples, seen.cut_by, seen.missing) == (16, "max_samples", {})
    pointwise = [node for node in graph.nodes if node.activation and node.activation.name != "softmax"]
    every = [*pointwise, *(node for node in graph.nodes if node.op in RECURRENT)]
    assert set(seen.units) == {node.name for node in pointwise}
    assert set(seen.signal) == {node.name for node in every}
    assert all(isfinite(item.second_moment) for item in seen.signal.values())
    assert len(seen.gradients) >= 2
    assert all(isfinite(size) for size in seen.gradients.values())
    report = audit(graph, Options(), name, seen)
    assert (report.failures, report.unanalysed) == ((), ())
    assert {row.layer for row in report.signal if row.sampled is not None} == {node.layer for node in every}
