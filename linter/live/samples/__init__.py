"""Sample data from a file, batch by batch: arrays, tables, HDF5, images, the user's own generator.

Never unpickles, never loads all.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from linter.live.samples.columns import Column as Column
from linter.live.samples.columns import DataError as DataError
from linter.live.samples.columns import Samples as Samples
from linter.live.samples.matching import Expected as Expected
from linter.live.samples.matching import Matched as Matched
from linter.live.samples.matching import match as match

READERS = {
    ".npy": "arrays",
    ".npz": "arrays",
    ".csv": "tables",
    ".parquet": "tables",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
}


def open_samples(place: str, expected: Sequence[Expected], *, generators: bool) -> Samples:
    """Return the samples at `place`, a path or, where `generators` are admitted, `module:function`.

    Raises DataError.
    """
    path = Path(place)
    if path.is_dir():
        reader = "images"
    elif path.suffix.lower() in READERS:
        if not path.is_file():
            raise DataError(f"no such file: {place}")
        reader = READERS[path.suffix.lower()]
    elif generators and ":" in place and not path.exists():
        reader = "generator"
    else:
        known = ", ".join(READERS)
        raise DataError(f"{place!r} is no sample data: expected {known}, a folder of images, or module:function")
    try:
        found: Samples = import_module(f"linter.live.samples.{reader}").open_samples(place, expected)
    except ImportError as error:
        raise DataError(f"{place} needs {error.name}: pip install 'keras-act[data]'") from None
    except OSError as error:
        raise DataError(f"{place} cannot be read: {error.strerror or error}") from None
    if found.length == 0:
        raise DataError(f"{place} holds no samples")
    return found
