"""What nobody needs any more is cleared away, and nothing else."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from linter.confine.policy import Policy
from linter.confine.surroundings import scratch
from service.artefacts import Artefacts
from service.database import Database, migrate
from service.janitor import ORPHANED, Janitor
from service.settings import Settings
from service.store import Store


@pytest.fixture
def janitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Janitor:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    settings = Settings(data=tmp_path)
    migrate(settings.database)
    return Janitor(settings, Store(Database(settings.database)), Artefacts(settings.storage))


def aged(path: Path) -> None:
    """Make a file or folder older than any job."""
    before = time.time() - ORPHANED - 60
    os.utime(path, (before, before))


def test_what_a_killed_worker_left_goes_when_no_job_can_need_it(janitor: Janitor, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    names = {name: tempfile.mkdtemp(prefix=name) for name in ("keras-lint-scratch-", "keras-lint-data", "other-")}
    for folder in names.values():
        Path(folder, "model.keras").write_bytes(b"x")
        aged(Path(folder))
    fresh = Path(tempfile.mkdtemp(prefix="keras-lint-scratch-"))
    (temporary / "keras-lint-scratch-link").symlink_to(names["other-"], target_is_directory=True)
    janitor.sweep()
    assert not Path(names["keras-lint-scratch-"]).exists()
    assert fresh.is_dir()
    assert Path(names["keras-lint-data"], "model.keras").is_file()
    assert Path(names["other-"], "model.keras").is_file()


def test_a_job_and_the_copy_of_its_model_lie_where_it_looks(janitor: Janitor) -> None:
    elsewhere = Artefacts("memory://store")
    elsewhere.write("uploads/a.keras", b"model")
    with scratch(Policy()) as bounded, elsewhere.as_path("uploads/a.keras") as copy:
        for folder in (Path(bounded.scratch), copy.parent):
            janitor.sweep()
            assert folder.is_dir()
            aged(folder)
            janitor.sweep()
            assert not folder.exists()
