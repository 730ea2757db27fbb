"""Sample data in every form, good and spoilt: written here, judged in the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Arrays = Mapping[str, Any]
FORMS = ("npy", "npz", "csv", "parquet", "h5")


def npy(path: Path, arrays: Arrays) -> None:
    """Write the one array."""
    (array,) = arrays.values()
    np.save(path, array)


def npz(path: Path, arrays: Arrays) -> None:
    """Write all."""
    np.savez(path, **arrays)


def csv(path: Path, arrays: Arrays) -> None:
    """Write the columns of all arrays side by side, with a header."""
    columns = _columns(arrays)
    rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join([",".join(columns), *rows]) + "\n")


def parquet(path: Path, arrays: Arrays) -> None:
    """Write the same as Parquet."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    pq.write_table(pa.table(dict(_columns(arrays))), path)


def h5(path: Path, arrays: Arrays) -> None:
    """Write data sets at the top."""
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array if array.dtype.kind != "O" else [str(item) for item in array.ravel()]


def _columns(arrays: Arrays) -> dict[str, Any]:
    return {f"{name}{at}": array[:, at] for name, array in arrays.items() for at in range(array.shape[1])}


WRITERS: Mapping[str, Callable[[Path, Arrays], None]] = {
    "npy": npy,
    "npz": npz,
    "csv": csv,
    "parquet": parquet,
    "h5": h5,
}


def written(form: str, arrays: Arrays, folder: Path) -> Path:
    """Write arrays in a form; return the file."""
    path = folder / f"data.{form}"
    WRITERS[form](path, arrays)
    return path


def images(folder: Path, pixels: Any) -> Path:
    """Write an image a sample."""
    from PIL import Image

    folder.mkdir()
    for at, image in enumerate(pixels):
        Image.fromarray(image).save(folder / f"{at}.png")
    return folder


def cut(path: Path) -> Path:
    """Lose the second half of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path
