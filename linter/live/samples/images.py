"""A folder of images: read, made as large as the model's input, 0 to 255 as they are. Subfolders are classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from linter.live.samples.columns import Array, Batch, Column, DataError, Samples
from linter.live.samples.matching import Expected

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"))
MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def open_samples(place: str, expected: Sequence[Expected]) -> Samples:
    """Return the images of a folder for a model with one input of images."""
    if len(expected) != 1 or len(expected[0].shape) != 4:
        raise DataError(f"{place} is a folder of images; the model needs {', '.join(map(str, expected))}")
    _, height, width, channels = expected[0].shape
    if height is None or width is None or channels not in MODES:
        raise DataError(f"{place} is a folder of images; the model's input {expected[0]} does not say their size")
    folder = Path(place)
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise DataError(f"{place} holds no images ({', '.join(sorted(SUFFIXES))})")
    classes = sorted({path.parent.name for path in files if path.parent != folder})
    columns = {"": Column((height, width, channels), "float32")}
    if classes:
        columns["y"] = Column((), "int64")

    def batches(size: int) -> Iterator[Batch]:
        for start in range(0, len(files), size):
            part = files[start : start + size]
            batch = {"": np.stack([_pixels(path, (width, height), channels) for path in part])}
            if classes:
                batch["y"] = np.array([classes.index(p.parent.name) if p.parent != folder else 0 for p in part])
            yield batch

    return Samples(place, columns, len(files), batches)


def _pixels(path: Path, size: tuple[int, int], channels: int) -> Array:
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert(MODES[channels]).resize(size), dtype=np.float32)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} is damaged or no image: {error}") from None
    return pixels.reshape(size[1], size[0], channels)
