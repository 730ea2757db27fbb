"""Planted dead units are found, all of them and no others, however the data are cut and on whatever backend."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linter.api import check
from linter.commands.lint import audit
from linter.finding import Severity
from linter.invocation import Invocation
from linter.options import Options
from tests.linter.live import planted
from tests.linter.live.seeing import Seeing
from tests.linter.read.quiet import quiet

SAMPLES = 200
DATA = np.random.default_rng(0).normal(size=(SAMPLES, *planted.SHAPE)).astype("float32")
PLAN = {"conv": (1, 4), "after": (0,), "nested/inner": (2, 3, 6), "shared": (4,), "dense": (0, 7)}
BACKENDS = [name for name in ("tensorflow", "jax", "torch") if find_spec(name)]
dead_sets = st.fixed_dictionaries(
    {name: st.sets(st.integers(0, width - 1), max_size=width - 1) for name, width in planted.WIDTHS.items()}
)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    keras.backend.clear_session()


def saved(model: Any, folder: Path) -> Path:
    """Save as Keras does."""
    with quiet():
        model.save(folder / "model.keras")
    return folder / "model.keras"


def silent(path: Path, data: Any = DATA) -> dict[str, tuple[int, ...]]:
    """Return the units that never fired, by layer, where there are any."""
    seeing = Seeing(path)
    return {name: found.silent for name, found in seeing.layers(seeing.on(data)).items() if found.silent}


def never_firing(model: Any, data: Any) -> dict[str, tuple[int, ...]]:
    """Return the same by NumPy from all activations."""
    tensors = {name: planted.owner(model, name).output for name in ("conv", "after", "dense")}
    tensors["nested/inner"] = model.get_layer("beside").output[:, : planted.WIDTHS["nested/inner"]]
    tensors["shared"] = model.get_layer("both").output
    found = {}
    for name, tensor in tensors.items():
        values = np.asarray(keras.Model(model.input, tensor)(data))
        fires = (values.reshape(-1, values.shape[-1]) != 0).any(axis=0)
        fires = fires.reshape(-1, planted.WIDTHS[name]).any(axis=0)
        if not fires.all():
            found[name] = tuple(int(unit) for unit in np.flatnonzero(~fires))
    return found


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dead=dead_sets, seed=st.integers(0, 1000))
def test_planted_units_and_no_others(dead: dict[str, set[int]], seed: int, tmp_path_factory: Any) -> None:
    model = planted.plant(planted.build(seed), DATA, 20, dead)
    expected = {layer: tuple(sorted(units)) for layer, units in dead.items() if units}
    assert never_firing(model, DATA) == expected
    assert silent(saved(model, tmp_path_factory.mktemp("planted"))) == expected


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(firing=st.integers(1, 20), seed=st.integers(0, 1000))
def test_sparse_and_alive_is_not_dead(firing: int, seed: int, tmp_path_factory: Any) -> None:
    model = planted.plant(planted.build(seed), DATA, firing)
    assert silent(saved(model, tmp_path_factory.mktemp("sparse"))) == {}


@pytest.mark.parametrize("backend", BACKENDS)
def test_on_every_backend_in_the_sandbox(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(planted.plant(planted.build(3), DATA, 60, PLAN), tmp_path)
    np.save(tmp_path / "data.npy", DATA)
    monkeypatch.setenv("KERAS_BACKEND", backend)
    report = check(Invocation((path,), data=str(tmp_path / "data.npy")), Options())
    assert report.errors == ()
    (model,) = report.models
    (finding,) = [finding for finding in model.findings if finding.code == "DED401"]
    assert {layer: tuple(units) for layer, units in finding.units.items()} == PLAN
    assert finding.severity is Severity.WARNING
    assert model.sample is not None
    assert model.sample.n == SAMPLES
    rows = {row.path: row for row in model.layers}
    assert {name: rows[name].dead for name in PLAN} == {name: len(units) for name, units in PLAN.items()}


def test_few_samples_are_too_few_to_tell(tmp_path: Path) -> None:
    path = saved(planted.plant(planted.build(3), DATA, 60, PLAN), tmp_path)
    seeing = Seeing(path)
    report = audit(seeing.graph, Options(), "model.keras", seeing.on(DATA[:30]))
    (finding,) = [finding for finding in report.findings if finding.code == "DED401"]
    assert finding.severity is Severity.INFO
    assert "too few samples" in finding.message
