"""lint of what Python holds: a path, a file's bytes or a Keras model, and samples as a path or as arrays."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from linter.commands.lint import lint_model
from linter.commands.settle import settled
from linter.finding import Report
from linter.live.errors import RunError
from linter.options import Options
from linter.read.discover import Target

if TYPE_CHECKING:
    import numpy as np

    from linter.observation import Observation

HDF5 = b"\x89HDF"


def lint(model: Path | bytes | Any, data: Any, options: Options, name: str) -> Report:
    """Return what is said of one model, which is run where there are data."""
    run = None if data is None else lambda: _observed(model, data, options)
    return settled(Target(Path(name), found=False), lambda: lint_model(model, options, name, run))


def _observed(model: Path | bytes | Any, data: Any, options: Options) -> Observation:
    from linter.live.run import Request, observe

    with TemporaryDirectory(prefix="keras-lint-") as folder, as_file(data) as samples:
        assert samples is not None
        return observe(Request(_file(model, Path(folder)), samples, options.limits, generators=True))


def _file(model: Path | bytes | Any, folder: Path) -> Path:
    if isinstance(model, Path):
        return model
    if not isinstance(model, bytes):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras's own, of libraries it writes with
            model.save(folder / "model.keras")
        return folder / "model.keras"
    path = folder / ("model.h5" if model.startswith(HDF5) else "model.keras")
    path.write_bytes(model)
    return path


@contextmanager
def as_file(data: Any) -> Iterator[str | None]:
    """Give the samples as a path: their own, or that of a file which is there for as long as the context.

    None stays None. Raises RunError for what are no samples.
    """
    if data is None or isinstance(data, str | Path):
        yield None if data is None else str(data)
        return
    with TemporaryDirectory(prefix="keras-lint-") as folder:
        path = Path(folder, "data.npz")
        _write(path, _named(data))
        yield str(path)


def _named(data: Any) -> dict[str, np.ndarray]:
    """Return arrays by name; one alone is the only input's, the second of a pair are labels."""
    import numpy as np

    try:
        if isinstance(data, tuple) and len(data) == 2:
            return _named(data[0]) | {"y": np.asarray(data[1])}
        if isinstance(data, Mapping):
            return {str(name): np.asarray(values) for name, values in data.items()}
        return {"x": np.asarray(data)}
    except RunError:
        raise
    except (ValueError, TypeError) as error:
        raise RunError(f"{_wanted(data)} ({error})") from None


def _write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    from numpy.lib import format as npy

    with zipfile.ZipFile(path, "w") as archive:
        for name, values in arrays.items():
            if values.dtype.kind not in "fiub":
                raise RunError(_wanted(values))
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, values, allow_pickle=False)


def _wanted(received: Any) -> str:
    kind = getattr(received, "dtype", type(received).__name__)
    return f"data must be a path, numbers, a mapping of input names to numbers, or a pair (inputs, labels); got {kind}"
