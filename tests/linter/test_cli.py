"""The command line as a process: exit codes, streams, options, bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from linter.build import Built, chain, dense, input, lstm, trained
from linter.write import keras_archive

HEALTHY = trained(chain(input(4), dense(8, "relu", kernel_initializer="he_normal"), dense(1), loss="mse"))
SICK = trained(chain(input(20, 3), lstm(8, activation="relu"), dense(1), loss="mse"))


def run(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "linter", *map(str, args)], capture_output=True, text=True, timeout=120, cwd=cwd
    )


@pytest.fixture
def models(tmp_path: Path) -> Path:
    save(HEALTHY, tmp_path / "healthy.keras")
    save(SICK, tmp_path / "sick.keras")
    return tmp_path


def save(built: Built, path: Path) -> None:
    path.write_bytes(keras_archive(built))


def codes(result: subprocess.CompletedProcess[str]) -> list[str]:
    report = json.loads(result.stdout)
    return [
        finding["code"] for model in report["models"] for finding in model["findings"] if finding["severity"] != "info"
    ]


def test_a_healthy_model_exits_0_and_prints_nothing_on_stderr(models: Path) -> None:
    result = run("check", models / "healthy.keras")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_finding_exits_1(models: Path) -> None:
    result = run("check", models / "sick.keras")
    assert result.returncode == 1
    assert "RNN101" in result.stdout


def test_an_unreadable_file_exits_2_and_the_others_are_still_linted(models: Path) -> None:
    (models / "broken.keras").write_bytes(b"PK\x03\x04 no archive")
    result = run("check", models, "--format", "json")
    report = json.loads(result.stdout)
    assert result.returncode == 2
    assert [Path(error["path"]).name for error in report["errors"]] == ["broken.keras"]
    assert [Path(model["path"]).name for model in report["models"]] == ["healthy.keras", "sick.keras"]
    assert len(result.stderr.splitlines()) == 1
    assert "broken.keras" in result.stderr


@pytest.mark.parametrize(("level", "expected"), [("error", 1), ("warning", 1), ("info", 1), ("never", 0)])
def test_fail_on(models: Path, level: str, expected: int) -> None:
    assert run("check", models / "sick.keras", "--fail-on", level).returncode == expected


def test_never_still_exits_2(models: Path) -> None:
    assert run("check", models / "absent.keras", "--fail-on", "never").returncode == 2


def test_severity_moves_a_finding_below_fail_on(models: Path) -> None:
    assert run("check", models / "sick.keras", "--severity", "RNN101=info").returncode == 0


@pytest.mark.parametrize("option", [("--ignore", "RNN"), ("--ignore", "RNN101"), ("--select", "OUT,NUM")])
def test_select_and_ignore(models: Path, option: tuple[str, str]) -> None:
    assert run("check", models / "sick.keras", *option).returncode == 0


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_code_is_one_line_and_exit_2(models: Path, option: str) -> None:
    result = run("check", models / "sick.keras", option, "XYZ9")
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert "XYZ9" in result.stderr


def test_bad_usage_exits_2(models: Path) -> None:
    assert run("check").returncode == 2
    assert run("check", models / "sick.keras", "--format", "yaml").returncode == 2
    assert run("check", models / "sick.keras", "--severity", "RNN101").returncode == 2
    assert run("check", models / "sick.keras", "--input-range", "5:1").returncode == 2


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    result = run("check", tmp_path)
    assert result.returncode == 2
    assert "no Keras model" in result.stderr


def test_paths_below_a_walked_folder_are_joined_to_it(models: Path) -> None:
    result = run("check", ".", "--format", "json", cwd=models)
    assert [model["path"] for model in json.loads(result.stdout)["models"]] == ["healthy.keras", "sick.keras"]


def test_a_baseline_silences_what_it_knows_and_nothing_else(models: Path) -> None:
    baseline = models / "baseline.json"
    assert run("check", models / "sick.keras", "--write-baseline", baseline).returncode == 0
    assert run("check", models / "sick.keras", "--baseline", baseline).returncode == 0
    save(
        trained(chain(input(20, 3), lstm(8, activation="relu"), dense(1, "softmax"), loss="mse")), models / "sick.keras"
    )
    result = run("check", models / "sick.keras", "--baseline", baseline, "--format", "json")
    assert result.returncode == 1
    assert "RNN101" not in codes(result)
    assert "OUT501" in codes(result)


def test_a_baseline_that_is_none_is_one_line(models: Path) -> None:
    (models / "baseline.json").write_text("[]")
    result = run("check", models / "sick.keras", "--baseline", models / "baseline.json")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1


def test_settings_are_read_from_the_project_and_argv_wins(models: Path) -> None:
    (models / "pyproject.toml").write_text('[tool.keras-lint]\nignore = ["RNN"]\n')
    assert run("check", "sick.keras", cwd=models).returncode == 0
    (models / "pyproject.toml").write_text('[tool.keras-lint]\nfail-on = "never"\n')
    assert run("check", "sick.keras", cwd=models).returncode == 0
    assert run("check", "sick.keras", "--fail-on", "error", cwd=models).returncode == 1


def test_settings_in_setup_cfg_and_per_layer_ignores(models: Path) -> None:
    (models / "setup.cfg").write_text("[keras-lint]\nper-layer-ignores =\n    lstm*: RNN101\n")
    assert run("check", "sick.keras", cwd=models).returncode == 0


def test_an_unknown_setting_names_the_key(models: Path) -> None:
    (models / "settings.toml").write_text("[tool.keras-lint]\nselekt = ['RNN']\n")
    result = run("check", models / "sick.keras", "--config", models / "settings.toml")
    assert result.returncode == 2
    assert "selekt" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_output_goes_whole_into_a_file(models: Path) -> None:
    result = run("check", models / "sick.keras", "--format", "json", "-o", models / "report.json")
    assert (result.returncode, result.stdout) == (1, "")
    assert json.loads((models / "report.json").read_text())["schema"] == 1


def test_jobs_give_the_same_report(models: Path) -> None:
    one = run("check", models, "--format", "json")
    two = run("check", models, "--format", "json", "--jobs", "2")
    assert (one.returncode, json.loads(one.stdout)) == (two.returncode, json.loads(two.stdout))


def test_the_report_names_the_file_by_its_digest(models: Path) -> None:
    from hashlib import sha256

    report = json.loads(run("check", models / "sick.keras", "--format", "json").stdout)
    assert report["models"][0]["sha256"] == sha256((models / "sick.keras").read_bytes()).hexdigest()


def test_a_plain_run_imports_neither_keras_nor_pydantic(models: Path) -> None:
    code = (
        "import sys; from linter.cli import main; main(sys.argv[1:]); "
        "print(sorted({'keras', 'tensorflow', 'jax', 'torch', 'pydantic', 'rich', 'keras_act'} & "
        "set(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "check", str(models / "sick.keras")],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=models,
    )
    assert result.stderr.strip() == "[]"


def test_explain_and_rules() -> None:
    page = run("explain", "RNN101")
    assert page.returncode == 0
    assert "unbounded" in page.stdout
    assert "RNN101" in run("rules").stdout
    assert run("explain", "RNN999").returncode == 2
