"""Isolated linting says what linting in this process says, and survives what a file does to its child."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from linter import api
from linter.build import chain, dense, input, trained
from linter.cli import main
from linter.commands.demo import planted
from linter.commands.isolation import checked
from linter.options import Limits, Options
from linter.read.discover import Target
from linter.write import keras_archive

if TYPE_CHECKING:
    from linter.commands.isolation import Isolation

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="confinement is only on Linux")


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    with api.isolation() as running:
        yield running


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "demo.keras"
    path.write_bytes(keras_archive(planted()))
    return path


def test_the_same_findings_as_in_this_process(isolation: Isolation, model: Path) -> None:
    (confined,) = api.lint_isolated(isolation, model).models
    (here,) = api.lint(model).models
    assert confined.findings
    assert replace(confined, sandbox=(), sha256=None) == here
    assert confined.sandbox


def test_a_name_stands_for_the_path(isolation: Isolation, model: Path) -> None:
    report = api.lint_isolated(isolation, model, name="theirs")
    assert report.models[0].path == "theirs"
    assert str(model.parent) not in api.render(report, "json")


def test_what_is_no_model_is_an_error_of_the_report(isolation: Isolation, tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04 torn", b"\x89HDF\r\n\x1a\n", b"GIF89a"):
        path = tmp_path / "bad.keras"
        path.write_bytes(content)
        report = api.lint_isolated(isolation, path)
        alone = api.lint(path)
        assert report.errors == alone.errors
        assert bool(report.errors) or report.models[0].findings == alone.models[0].findings


def test_a_child_that_is_ended_is_an_error_with_its_reason(model: Path) -> None:
    with api.isolation(memory=1 << 20) as small, pytest.raises(api.IsolationError) as caught:
        api.lint_isolated(small, model)
    assert caught.value.reason in ("memory", "crash")  # found out by us, or by the child itself


def test_options_reach_the_child(isolation: Isolation, model: Path) -> None:
    options = Options(select=("OUT501",), input_range=(0.0, 1.0), per_layer_ignores={"nowhere*": ("INI",)})
    (report,) = api.lint_isolated(isolation, model, options=options).models
    assert {finding.code for finding in report.findings} == {"OUT501"}


def test_check_isolates_every_file_of_a_folder(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model.with_name("torn.h5").write_bytes(b"no model")
    assert main(["check", str(model.parent), "--isolate", "--jobs", "2", "--format", "json"]) == 2
    isolated = capsys.readouterr()
    assert main(["check", str(model.parent), "--format", "json"]) == 2
    assert "torn.h5" in isolated.err
    theirs, ours = json.loads(isolated.out), json.loads(capsys.readouterr().out)
    assert theirs["errors"] == ours["errors"]
    assert [m["findings"] for m in theirs["models"]] == [m["findings"] for m in ours["models"]]


def test_data_are_run_in_a_second_child(isolation: Isolation, tmp_path: Path) -> None:
    if find_spec("keras") is None:
        pytest.skip("running a model needs Keras")
    built = trained(chain(input(4), dense(8, activation="relu", name="hidden"), dense(1)), seed=1)
    built.values["hidden"]["bias"][2] = -1e6
    path, data = tmp_path / "model.keras", tmp_path / "data.npz"
    path.write_bytes(keras_archive(built))
    np.savez(data, x=np.random.default_rng(0).normal(size=(64, 4)).astype("float32"))
    told: list[tuple[str, int]] = []
    options = Options(limits=Limits(max_samples=64))
    whole = api.lint_isolated(isolation, path, data, options, tell=lambda stage, done: told.append((stage, done)))
    assert whole.errors == ()
    (report,) = whole.models
    (row,) = [row for row in report.layers if row.path == "hidden"]
    assert report.sample is not None
    assert report.sample.n == 64
    assert row.dead == 1
    assert row.worst[0] == 2
    assert ("sampling", 64) in told


def test_what_cannot_be_run_is_judged_without_the_data(isolation: Isolation, model: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.npz"
    data.write_bytes(b"no samples")
    report = api.lint_isolated(isolation, model, data, name="theirs")
    (judged,), (error,) = report.models, report.errors
    assert judged.findings == api.lint(model).models[0].findings
    assert (judged.path, error.path) == ("theirs", "theirs")
    assert judged.sha256
    assert "data.npz" in error.message


def test_only_what_a_walk_found_may_be_passed_over(tmp_path: Path) -> None:
    """A child that has been taken over could else make its own file vanish from the report."""
    answer = {"passed_over": True, "layers": ()}
    assert checked(answer, Target(tmp_path / "notes.h5", found=True)).empty
    with pytest.raises(api.IsolationError, match="answered no report"):
        checked(answer, Target(tmp_path / "model.h5", found=False))
