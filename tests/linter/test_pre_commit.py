"""The pre-commit hook: what it is declared to be, and a commit through pre-commit itself where that is installed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from linter.write import keras_archive
from tests.linter.test_cli import HEALTHY, SICK

ROOT = Path(__file__).parents[2]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
PRE_COMMIT = shutil.which("pre-commit") or shutil.which("pre-commit", path=str(Path(sys.executable).parent))


def test_it_takes_models_and_nothing_else() -> None:
    taken = [
        name
        for name in ("a.keras", "b/c.h5", "d.hdf5", "e.py", "keras", "f.keras.txt")
        if re.search(HOOK["files"], name)
    ]
    assert taken == ["a.keras", "b/c.h5", "d.hdf5"]
    assert "types" not in HOOK, "an unfetched model of Git LFS is text, and must not pass in silence"


def test_it_runs_as_it_is_declared(tmp_path: Path) -> None:
    (tmp_path / "healthy.keras").write_bytes(keras_archive(HEALTHY))
    (tmp_path / "sick.keras").write_bytes(keras_archive(SICK))
    (tmp_path / "pointer.keras").write_text("version https://git-lfs.github.com/spec/v1\n")
    program, *words = shlex.split(HOOK["entry"])
    assert program == "keras-lint"
    for names, rc in ((["healthy.keras"], 0), (["healthy.keras", "sick.keras"], 1), (["pointer.keras"], 2)):
        command = [sys.executable, "-m", "linter", *words, *names]
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120).returncode == rc


@pytest.mark.skipif(PRE_COMMIT is None, reason="pre-commit is not installed")
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="pre-commit takes its hooks from a git repository")
def test_a_commit_with_sick_models_is_refused_in_one_report(tmp_path: Path) -> None:
    """With this environment's keras-lint in the place of an installation of its own."""
    home = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "PATH": f"{home}{os.pathsep}{os.environ['PATH']}",
    }
    repository = tmp_path / "repository"
    repository.mkdir()

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, timeout=300)

    revision = run("git", "-C", str(ROOT), "rev-parse", "HEAD").stdout.strip()
    hooks = [{"id": HOOK["id"], "language": "system"}]
    config = {"repos": [{"repo": f"file://{ROOT}", "rev": revision, "hooks": hooks}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    models = [repository / f"{name}.keras" for name in "abcdefgh"]
    for model in models:
        model.write_bytes(keras_archive(SICK))
    for command in ("git init -q", "git config user.email a@example.org", "git config user.name a", "git add -A"):
        assert run(*command.split()).returncode == 0
    assert run(str(PRE_COMMIT), "install").returncode == 0
    refused = run("git", "commit", "-q", "-m", "sick")
    assert refused.returncode == 1
    report = refused.stdout + refused.stderr
    assert "RNN101" in report
    assert "8 models: " in report
    for model in models:
        model.write_bytes(keras_archive(HEALTHY))
    run("git", "add", "-A")
    assert run("git", "commit", "-q", "-m", "healthy").returncode == 0
