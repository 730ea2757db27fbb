"""The README's picture: `python -m tests.bench.report_picture [folder]`.

Without a folder writes tests/bench/report.png; with one, the whole report there, light, dark and narrow.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from linter import api
from linter.build import Built, chain, conv, dense, flatten, input, trained
from linter.invocation import Invocation
from linter.options import Options
from linter.write import keras_archive

PICTURE = Path(__file__).with_name("report.png")
SIZE = {"width": 1120, "height": 1180}
VIEWS: dict[str, dict[str, Any]] = {
    "light": {"viewport": SIZE, "color_scheme": "light"},
    "dark": {"viewport": SIZE, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
}


def planted() -> Built:
    """Return a small image classifier: filters that died, a linear stack, an output that does not fit its loss."""
    built = trained(
        chain(
            input(32, 32, 3, name="image"),
            conv(16, 3, "relu", name="conv1"),
            conv(32, 3, "relu", name="conv2"),
            conv(32, 3, "relu", name="conv3"),
            flatten(),
            dense(64, name="projection"),
            dense(64, "relu", name="hidden"),
            dense(10, "sigmoid", name="classes"),
            loss="categorical_crossentropy",
        ),
        seed=3,
    )
    values = {path: {role: array.copy() for role, array in found.items()} for path, found in built.values.items()}
    values["conv3"]["bias"][[1, 4, 9, 13, 22, 30]] = -3.0
    return replace(built, values=values)


def document(folder: Path) -> str:
    """Return the HTML report of the planted model, run on random pictures."""
    model, data = folder / "classifier.keras", folder / "sample.npy"
    model.write_bytes(keras_archive(planted()))
    np.save(data, np.random.default_rng(0).normal(size=(256, 32, 32, 3)).astype(np.float32))
    report = api.check(Invocation((model,), data=str(data)), Options(ignore=("INI201",)))
    return api.render(replace(report, models=tuple(replace(m, path=model.name) for m in report.models)), "html")


def shots(html: Path, wanted: Mapping[Path, str]) -> None:
    """Write a picture of each view: the whole page, or for the README down to the table of layers."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for picture, view in wanted.items():
            page = browser.new_page(**VIEWS[view])
            page.goto(html.as_uri())
            box = page.get_by_role("heading", name="Layers").bounding_box()
            clip = {"x": 0, "y": 0, "width": 1120, "height": box["y"] - 24} if box and picture == PICTURE else None
            page.screenshot(path=str(picture), full_page=True, clip=clip)
            Image.open(picture).convert("P", palette=Image.Palette.ADAPTIVE, colors=160).save(picture, optimize=True)
            print(f"{picture.name}: {picture.stat().st_size:,} bytes")
        browser.close()


def main(folder: str | None = None) -> None:
    """Write the README's picture, or all views into a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        html = Path(scratch, "report.html")
        html.write_text(document(Path(scratch)), encoding="utf-8")
        shots(html, {PICTURE: "light"} if folder is None else {Path(folder, f"{view}.png"): view for view in VIEWS})


if __name__ == "__main__":
    main(*sys.argv[1:])
