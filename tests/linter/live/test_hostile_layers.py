"""A model whose layer does what it must not is stopped, every time; the command goes on and says so in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linter.build import chain, custom, dense, input, trained
from linter.cli import main
from linter.live import run
from linter.write import keras_archive
from tests.linter.live import hostile

ROOT = Path(__file__).parents[3]
MODULE = "tests.linter.live.hostile"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a harmless model and data; run from where the hostile layers can be imported."""
    monkeypatch.chdir(ROOT)
    np.save(tmp_path / "data.npy", np.zeros((8, 4), "float32"))
    healthy = trained(chain(input(4), dense(8, "relu", kernel_initializer="he_normal"), dense(1), loss="mse"))
    (tmp_path / "healthy.keras").write_bytes(keras_archive(healthy))
    return tmp_path


def doing(deed: str) -> bytes:
    """Return a model that ends in the hostile layer."""
    return keras_archive(trained(chain(input(4), dense(4), custom("Hostile", MODULE, deed=deed), loss="mse")))


def said_of(deed: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Check a model with the hostile layer; return the one line on stderr."""
    (folder / "hostile.keras").write_bytes(doing(deed))
    argv = ["check", str(folder / "hostile.keras"), "--data", str(folder / "data.npy"), "--import", MODULE]
    assert main(argv) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_what_the_system_refuses_and_the_next_model_is_still_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a_hostile.keras").write_bytes(doing("try_all"))
    argv = ["check", str(folder), "--data", str(folder / "data.npy"), "--import", MODULE, "--max-samples", "5"]
    assert main(argv) == 2
    told = capsys.readouterr()
    assert "healthy.keras" in told.out
    assert "run on 5 samples" in told.out
    assert "ended by max_samples" in told.out
    (said,) = told.err.splitlines()
    assert "WENT THROUGH" not in said
    assert [deed.__name__ for deed in hostile.SMALL if deed.__name__ not in said] == []
    assert list(ROOT.glob("tests/**/planted-by-hostile.txt")) == []


def test_memory(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "an allocation failed" in said_of("allocate", folder, capsys)


def test_noise(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "printed more than" in said_of("flood", folder, capsys)


def test_time(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "START_SECONDS", 9.0 - run_seconds())
    assert "took more than 9 s" in said_of("spin", folder, capsys)


def run_seconds() -> float:
    """What a run may take by default."""
    from linter.options import Limits

    return Limits().max_seconds
