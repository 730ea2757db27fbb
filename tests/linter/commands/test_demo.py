"""The demonstration: what was planted in the model and in the data is found, and nothing is missing without Keras."""

from __future__ import annotations

from pathlib import Path

import pytest

from linter.commands.demo import ON_DATA, demo, planted, sampled
from linter.commands.lint import audit
from linter.live import backend
from linter.options import Options
from linter.write import keras_archive
from tests.linter.live.seeing import Seeing


def test_what_was_planted_is_seen_on_the_data(tmp_path: Path) -> None:
    (tmp_path / "demo.keras").write_bytes(keras_archive(planted()))
    seeing = Seeing(tmp_path / "demo.keras")
    report = audit(seeing.graph, Options(select=ON_DATA), "demo.keras", seeing.on(sampled()))
    found = {finding.code: finding for finding in report.findings}
    assert set(found) == {"RNN101", "DAT802", "DAT803", "DED401"}
    assert 3 in found["DED401"].units["features"]
    assert found["DAT802"].units == {"sensors": (5,)}
    assert found["RNN101"].measured["state_growth"] > 1


def test_without_keras_the_file_alone_is_linted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda name: None)
    assert demo(tmp_path) == 0
    said = capsys.readouterr()
    assert said.out.count("RNN101 unbounded") == 1
    assert said.err.splitlines()[-1].startswith("keras-lint: running a model needs Keras: pip install")
