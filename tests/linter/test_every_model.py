"""No rule fails on any layer that Keras saves, none takes one for an attack, and every tensor has its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linter.api import lint
from linter.finding import Severity
from tests.linter.read.quiet import quiet

with quiet():
    keras = pytest.importorskip("keras", reason="it writes the models")
    tf_keras = pytest.importorskip("tf_keras", reason="it writes the models of Keras 2")
    from tests.linter.live import zoo as run
    from tests.linter.read import zoo

Make = Callable[[], Any]
MODELS: dict[str, Make] = {
    **{f"{name}, read": lambda make=make: make(keras) for name, make in (zoo.BOTH | zoo.KERAS_3).items()},
    **{f"{name}, read of Keras 2": lambda make=make: make(tf_keras) for name, make in zoo.BOTH.items()},
    **{f"{name}, run": make for name, make in run.MODELS.items()},
}


@pytest.mark.parametrize("name", MODELS)
def test_no_rule_fails(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with quiet():
        model = MODELS[name]()
        model.save(str(path))
    (report,) = lint(path).models
    assert not report.failures
    alarms = [
        finding
        for finding in report.findings
        if finding.code in ("CMP952", *(f"SEC{n:03}" for n in range(1, 12))) and finding.severity is not Severity.INFO
    ]
    assert [finding.message for finding in alarms] == []
