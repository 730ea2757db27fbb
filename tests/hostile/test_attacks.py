"""Every attack is reported by its rule, and its twin, which differs in one thing, is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from linter.api import lint
from linter.finding import Severity
from tests.hostile.attack import Attack, put
from tests.hostile.attacks import ATTACKS

EXPORTED = "exported for serving"
"""What is said of a graph without Keras layers in which nothing is wrong."""


@pytest.fixture(autouse=True)
def keras_2(request: pytest.FixtureRequest) -> None:
    """SavedModels of Keras layers are written by Keras 2."""
    if "attack" in request.fixturenames and not request.getfixturevalue("attack").suffix:
        pytest.importorskip("tf_keras", reason="Keras 2 (tf_keras) is not installed")


def codes(path: Path) -> dict[str, Severity]:
    report = lint(path)
    assert [error.message for error in report.errors if EXPORTED not in error.message] == []
    assert not [failure for model in report.models for failure in model.failures]
    return {finding.code: finding.severity for _, finding in report.findings() if finding.code.startswith("SEC")}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_reported(attack: Attack, tmp_path: Path) -> None:
    assert attack.code in codes(put(attack.hostile(), tmp_path / f"hostile{attack.suffix}"))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_its_twin_is_not(attack: Attack, tmp_path: Path) -> None:
    assert codes(put(attack.benign(), tmp_path / f"benign{attack.suffix}")) in ({}, {"SEC011": Severity.INFO})


CODE = [a for a in ATTACKS if a.code == "SEC001" and a.name != "lambda-by-name"]  # whose function is elsewhere


@pytest.mark.parametrize("attack", CODE, ids=lambda attack: attack.name)
def test_embedded_code_is_an_error_with_its_size_and_digest(attack: Attack, tmp_path: Path) -> None:
    (model,) = lint(put(attack.hostile(), tmp_path / f"hostile{attack.suffix}")).models
    (finding,) = [finding for finding in model.findings if finding.code == "SEC001"]
    assert finding.severity is Severity.ERROR
    assert finding.measured["code_bytes"] > 0
    assert "SHA-256" in finding.message


def test_names_are_unique() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
