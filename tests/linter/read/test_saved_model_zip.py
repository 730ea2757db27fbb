"""The zip of a SavedModel's folder is judged as the folder is, under the rules of archives."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from linter.api import lint
from linter.finding import ModelReport
from linter.options import Limits, Options

MODELS = Path(__file__).parents[3] / "../shared/models"
FOLDERS = sorted(path.parent for path in MODELS.glob("*/*/saved_model.pb"))

pytestmark = pytest.mark.skipif(not FOLDERS, reason="the collection of real models is not here")


def packed(folder: Path, root: str, how: int, **more: bytes) -> bytes:
    """Return a folder as a zip, below `root` in it, with more members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        if root:
            archive.mkdir(root)
        for path in sorted(folder.rglob("*")):
            archive.write(path, root + path.relative_to(folder).as_posix())
        for name, content in more.items():
            archive.writestr(root + name, content)
    return out.getvalue()


def said(model: Path | bytes, options: Options | None = None) -> ModelReport:
    """Return the report of one model, without its name."""
    report = lint(model, options=options)
    assert not report.errors, report.errors
    return replace(report.models[0], path="", sha256="")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
@pytest.mark.parametrize("root", ["", "model/"])
@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_it_is_read_as_the_folder_is(folder: Path, root: str, how: int) -> None:
    expected = said(folder)
    assert expected.format == "saved_model"
    assert expected.layers
    assert said(packed(folder, root, how)) == expected


@pytest.mark.parametrize(
    ("name", "code"),
    [("../planted", "SEC006"), ("assets/run.py", "SEC006"), ("other.bin", "SEC006"), ("variables/x.pkl", "SEC006")],
)
def test_a_member_that_does_not_belong_is_told(name: str, code: str) -> None:
    report = said(packed(FOLDERS[0], "model/", zipfile.ZIP_STORED, **{name: b"x"}))
    assert code in {finding.code for finding in report.findings}
    assert report.layers


def test_a_bomb_is_told_and_not_unpacked() -> None:
    packing = packed(FOLDERS[0], "", zipfile.ZIP_DEFLATED, **{"assets/zeros": bytes(32 << 20)})
    assert "SEC007" in {finding.code for finding in said(packing).findings}
    small = Options(limits=Limits(max_unpacked_bytes=1000))
    assert "SEC007" in {finding.code for finding in said(packed(FOLDERS[0], "", zipfile.ZIP_STORED), small).findings}


def test_two_models_in_one_archive_are_none() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("one/saved_model.pb", "two/saved_model.pb"):
            archive.writestr(name, b"\x08\x01")
    (error,) = lint(out.getvalue()).errors
    assert "a zip archive with a model in it" in error.message
