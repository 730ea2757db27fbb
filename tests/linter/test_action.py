"""The GitHub action without GitHub: its steps, run by bash as a runner runs them, in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from linter.write import keras_archive
from tests.linter.test_cli import HEALTHY, SICK

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
SCHEMA = json.loads((ROOT / "tests/linter/reporters/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None or sys.platform == "win32", reason="a runner's bash is needed")


@dataclass
class Job:
    """What a job has left behind. `installed`: what was asked of python in the place of a real installation."""

    folder: Path
    log: str
    rc: int
    uploaded: str | None

    @property
    def sarif(self) -> dict[str, Any]:
        """The SARIF report, valid by the official schema."""
        found: dict[str, Any] = json.loads((self.folder / "keras-lint.sarif").read_text(encoding="utf-8"))
        jsonschema.Draft7Validator(SCHEMA).validate(found)
        return found

    @property
    def summary(self) -> str:
        """What stands on the job's page."""
        return (self.folder / "summary.md").read_text(encoding="utf-8")


def command(path: Path, text: str) -> None:
    """Put a command on the path of a job."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def filled(value: str, inputs: dict[str, str]) -> str:
    """Return a value with `${{ inputs.name }}` replaced, the one expression that the action uses."""
    text = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], value)
    assert "${{" not in text
    return text


def run(folder: Path, **given: str) -> Job:
    """Run every step, until one fails, with these inputs."""
    inputs = {name: str(spec.get("default", "")) for name, spec in ACTION["inputs"].items()} | given
    command(folder / ".bin/keras-lint", f'exec {shlex.quote(sys.executable)} -m linter "$@"')
    command(folder / ".bin/python", 'echo "python $@"')
    environment = {
        **os.environ,
        "PATH": os.pathsep.join((str(folder / ".bin"), os.environ["PATH"])),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    log, rc, uploaded = "", 0, None
    for step in ACTION["runs"]["steps"]:
        if "uses" in step:
            if step["uses"].startswith("github/codeql-action/upload-sarif@"):
                assert step["if"] == "inputs.upload == 'true'"
                uploaded = filled(step["with"]["sarif_file"], inputs) if inputs["upload"] == "true" else None
            continue
        assert step["shell"] == "bash"
        own = {name: filled(value, inputs) for name, value in step.get("env", {}).items()}
        script = [str(BASH), "--noprofile", "--norc", "-eo", "pipefail", "-c", filled(step["run"], inputs)]
        done = subprocess.run(
            script, cwd=folder, env={**environment, **own}, capture_output=True, text=True, timeout=120
        )
        log, rc = log + done.stdout + done.stderr, done.returncode
        if rc:
            break
    return Job(folder, log, rc, uploaded)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of two models."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models/healthy.keras").write_bytes(keras_archive(HEALTHY))
    (tmp_path / "models/sick.keras").write_bytes(keras_archive(SICK))
    return tmp_path


def test_findings_are_annotated_uploaded_and_fail_the_job(checkout: Path) -> None:
    job = run(checkout)
    assert f"python -m pip install {ROOT}" in job.log
    assert job.rc == 1
    assert job.uploaded == "keras-lint.sarif"
    (found,) = [item for item in job.sarif["runs"][0]["results"] if item["level"] == "error"]
    assert found["ruleId"] == "RNN101"
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "models/sick.keras"
    (line,) = [line for line in job.log.splitlines() if line.startswith("::error ")]
    assert line.startswith("::error file=models/sick.keras,title=RNN101 unbounded-recurrent-activation::")
    assert "RNN101" in job.summary


def test_healthy_models_pass(checkout: Path) -> None:
    job = run(checkout, paths="models/healthy.keras", upload="false")
    assert job.rc == 0
    assert job.uploaded is None
    assert "::error" not in job.log
    assert not [item for item in job.sarif["runs"][0]["results"] if item["level"] == "error"]


def test_several_paths_and_arguments_of_ones_own(checkout: Path) -> None:
    job = run(checkout, paths="models/healthy.keras models/sick.keras", arguments="--ignore RNN --fail-on error")
    assert job.rc == 0
    assert len(job.sarif["runs"][0]["artifacts"]) == 2


def test_a_file_that_cannot_be_read_fails_the_job_after_all_is_told(checkout: Path) -> None:
    (checkout / "models/broken.keras").write_bytes(b"PK\x03\x04 no archive")
    job = run(checkout)
    assert job.rc == 2
    assert job.sarif["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert "::error file=models/broken.keras" in job.log
    assert "::error file=models/sick.keras" in job.log
    assert "broken.keras" in job.summary


def test_wrong_arguments_end_the_job_before_the_upload(checkout: Path) -> None:
    job = run(checkout, arguments="--select XYZ999")
    assert job.rc != 0
    assert job.uploaded is None
    assert "unknown rule code 'XYZ999'" in job.log


def test_an_input_is_no_shell(checkout: Path) -> None:
    job = run(checkout, paths="models; touch owned", arguments="$(touch owned)")
    assert job.rc == 2 or job.rc == 1
    assert not (checkout / "owned").exists()
