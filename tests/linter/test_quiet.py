"""Quiet on what is healthy: well built models, untrained, and models that strangers trained."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest

from linter.api import lint
from linter.commands.rates import HEALTHY as COUNTED
from linter.commands.rates import PLANTED, RATES
from linter.finding import ModelReport, Severity
from linter.rules import RULES
from tests.linter.healthy import APPLICATIONS, HEALTHY
from tests.linter.measure import planted

MODELS = Path(__file__).parents[2] / "../shared/models"
LOUD = {
    "DarmorizIhor+lstm_epidemy/my_model": {"RNN101"},
    "DarmorizIhor+lstm_epidemy/weights.epoch_58-val_loss_0.55-val_accuracy_0.68.h5": {"RNN101"},
    "mvirgo+MLND-Capstone/full_CNN_model.h5": {"OUT503"},
}
"""Trained models with something to say at warning or above, security aside."""
UNTRAINED = "INI213"
NOT_PREDICTED = "the signal is not predicted through it; the next normalisation takes it up again"
FADING = {"VGG16": {"INI210"}}
"""Plain Glorot networks without normalisation: the signal does fade."""
FIRED: dict[str, set[str]] = {}
"""What was found in each healthy model, at any severity."""


def loud(report: ModelReport) -> set[str]:
    """What is found at warning or above."""
    return {finding.code for finding in report.findings if finding.severity is not Severity.INFO}


@pytest.fixture(autouse=True)
def fresh_session() -> Iterator[None]:
    """Names and memory start anew for every model."""
    keras.backend.clear_session()
    yield
    keras.backend.clear_session()


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_models(name: str) -> None:
    (report,) = lint(HEALTHY[name]()).models
    FIRED[name] = {finding.code for finding in report.findings}
    assert loud(report) - FADING.get(name, set()) == {UNTRAINED}
    assert not report.failures
    assert {item.reason for item in report.unanalysed} <= {NOT_PREDICTED}


@pytest.mark.parametrize("name", sorted(set(HEALTHY) - set(APPLICATIONS)))
def test_healthy_models_from_a_file(name: str, tmp_path: Path) -> None:
    model = HEALTHY[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Keras on TensorFlow meets NumPy 2
        model.save(tmp_path / "model.keras")
    (report,) = lint(tmp_path / "model.keras").models
    assert loud(report) == {UNTRAINED}
    assert not report.failures
    assert {item.reason for item in report.unanalysed} <= {NOT_PREDICTED}


def test_rates_on_healthy_models_are_current() -> None:
    if set(FIRED) != set(HEALTHY):
        pytest.skip("needs all healthy models to have been linted in this process: run the whole file")
    fired = Counter(code for codes in FIRED.values() for code in codes)
    assert len(HEALTHY) == COUNTED
    assert {code: rate[0] for code, rate in RATES.items()} == {rule.code: fired[rule.code] for rule in RULES}


def test_rates_on_planted_faults_are_current() -> None:
    count, fired = planted()
    assert count == PLANTED
    assert {code: rate[1] for code, rate in RATES.items()} == {rule.code: fired[rule.code] for rule in RULES}


def real_models() -> list[Path]:
    """Models that were trained elsewhere, where they are at hand."""
    files = [path for path in MODELS.glob("*/*") if path.suffix in (".h5", ".hdf5", ".keras")]
    return sorted([*files, *(path.parent for path in MODELS.glob("*/*/saved_model.pb"))])


@pytest.mark.skipif(not MODELS.is_dir(), reason="no folder ../shared/models beside the checkout")
def test_trained_models() -> None:
    assert len(real_models()) == 14
    for path in real_models():
        (report,) = lint(path).models
        found = {code for code in loud(report) if not code.startswith("SEC")}
        assert found == LOUD.get(path.relative_to(MODELS).as_posix(), set()), path
        assert not report.failures
