"""What surrounds a run on data: what stops it before it begins, what cuts it short, what is told on the terminal."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linter.api import check
from linter.build import chain, custom, dense, input, layer, trained
from linter.cli import main
from linter.confine import Outcome
from linter.invocation import Invocation
from linter.live import run
from linter.options import Options
from linter.progress import advancing
from linter.write import keras_archive
from tests.linter.live.seeing import Seeing

SMALL = trained(chain(input(4), dense(8, "relu"), dense(1), loss="mse"))
CODE = {"class_name": "__lambda__", "config": {"value": "4wEAAAA=", "defaults": None}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a model and data."""
    (tmp_path / "model.keras").write_bytes(keras_archive(SMALL))
    np.save(tmp_path / "data.npy", np.zeros((100, 4), "float32"))
    return tmp_path


def argv(folder: Path) -> list[str]:
    """Return the command line."""
    return ["check", str(folder / "model.keras"), "--data", str(folder / "data.npy"), "--fail-on", "never"]


def test_a_dangerous_file_is_not_run(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dangerous = trained(chain(input(4), layer("Lambda", function=CODE), dense(1)))
    (folder / "model.keras").write_bytes(keras_archive(dangerous))
    monkeypatch.setattr(run, "run_child", lambda *args, **kwargs: pytest.fail("it was run"))
    for options in ([], ["--ignore", "SEC"], ["--select", "DED"]):
        main([*argv(folder), *options])
        assert "not run on the data: SEC001 must be settled first" in " ".join(capsys.readouterr().out.split())


def test_a_gap_in_the_sandbox_is_told_on_stderr(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = ("rlimits", "network namespace", "no landlock: the kernel has none", "seccomp")
    monkeypatch.setattr(run, "run_child", lambda *args, **kwargs: Outcome({"samples": 100}, layers))
    assert main(argv(folder)) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("keras-lint: warning: ")
    assert line.endswith("no landlock: the kernel has none")


def test_limits_are_kept_and_told(folder: Path) -> None:
    seeing, data = Seeing(folder / "model.keras"), np.load(folder / "data.npy")
    seen = seeing.on(data, 16, max_samples=40)
    assert (seen.samples, seen.cut_by) == (40, "max_samples")
    assert {found.samples for found in seen.units.values()} == {40}
    seen = seeing.on(data, 16, max_seconds=0.0)
    assert (seen.samples, seen.cut_by) == (16, "max_seconds")
    assert seeing.on(data, 16, max_samples=100).cut_by is None


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal, True), (io.StringIO, False)])
def test_samples_are_counted_on_a_terminal(stream: Any, shown: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", stream())
    import sys

    with advancing([Path("model.keras")], "data.npy") as steps:
        steps.sampled(1512)
    text = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert ("1,512 samples run" in text) is shown
    assert bool(text) is shown


@pytest.mark.parametrize("isolate", [False, True])
def test_who_waits_hears_of_every_batch(isolate: bool, folder: Path) -> None:
    given = Invocation((folder / "model.keras",), data=str(folder / "data.npy"), isolate=isolate)
    heard: list[int] = []
    report = check(given, Options(), sampled=heard.append)
    sample = report.models[0].sample
    assert sample is not None
    assert sample.n == heard[-1] == 100
    assert heard == sorted(heard)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ((dense(3, "relu"), dense(2)), "; 2 layers after it are not run either"),
        ((dense(2),), "; 1 layer after it is not run either"),
        ((), ""),
    ],
)
def test_what_follows_a_layer_that_is_not_run_is_counted(
    after: tuple[Any, ...], told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = chain(input(4), dense(8, "relu"), custom("Attend", "mine.layers"), *after)
    (folder / "model.keras").write_bytes(keras_archive(trained(model)))
    assert main(argv(folder)) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"not analysed: attend (Attend), its code is not in Keras{told} run on 100 samples" in text
