""".npy and .npz: headers first, then batch by batch.

An object array is refused before any of its bytes is looked at.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from linter.live.samples.columns import Array, Batch, Column, DataError, Samples, numeric, same_length, sliced
from linter.live.samples.matching import Expected

Header = tuple[tuple[int, ...], bool, np.dtype[Any]]
MAX_HEADER = 65_536
DAMAGE = (ValueError, EOFError, zipfile.BadZipFile, OSError, SyntaxError, MemoryError)


def open_samples(place: str, expected: Sequence[Expected]) -> Samples:
    """Return the arrays of a file."""
    return _npz(place) if place.lower().endswith(".npz") else _npy(place)


def _npy(place: str) -> Samples:
    with open(place, "rb") as file:
        header = _checked(_header(file, place), place)
    try:  # sees whether the file is whole; what is read through it would count as memory in use
        array = np.load(place, mmap_mode="r", allow_pickle=False)
    except DAMAGE as error:
        raise _damaged(place, error) from None
    columns = {"": Column(tuple(array.shape[1:]), array.dtype.name)}
    if header[1]:
        return Samples(place, columns, len(array), lambda size: sliced({"": array}, len(array), size))
    return Samples(place, columns, len(array), lambda size: _read(place, header, size))


def _read(place: str, header: Header, size: int) -> Iterator[Batch]:
    try:
        with open(place, "rb") as file:
            for rows in _rows(file, header, header[0][0], size):
                yield {"": rows}
    except DAMAGE as error:
        raise _damaged(place, error) from None


def _npz(place: str) -> Samples:
    try:
        with zipfile.ZipFile(place) as archive:
            names = [info.filename for info in archive.infolist() if info.filename.endswith(".npy")]
            headers = {}
            for name in names:
                with archive.open(name) as member:
                    headers[name.removesuffix(".npy")] = _checked(_header(member, f"{place}:{name}"), f"{place}:{name}")
    except DataError:
        raise
    except DAMAGE as error:
        raise _damaged(place, error) from None
    if not headers:
        raise DataError(f"{place} holds no arrays")
    if len(headers) < len(names):
        raise DataError(f"{place} holds several arrays of one name")
    length = same_length({name: header[0][0] for name, header in headers.items()}, place)
    columns = {name: Column(shape[1:], dtype.name) for name, (shape, _, dtype) in headers.items()}
    return Samples(place, columns, length, lambda size: _members(place, headers, length, size))


def _members(place: str, headers: Mapping[str, Header], length: int, size: int) -> Iterator[Batch]:
    """Yield batches, every member read from front to back at the same pace."""
    try:
        with zipfile.ZipFile(place) as archive:
            streams = {name: archive.open(f"{name}.npy") for name in headers}
            readers = {name: _rows(streams[name], headers[name], length, size) for name in headers}
            for _ in range(0, length, size):
                yield {name: next(reader) for name, reader in readers.items()}
    except DAMAGE as error:
        raise _damaged(place, error) from None


def _rows(stream: IO[bytes], header: Header, length: int, size: int) -> Iterator[Array]:
    shape, fortran, dtype = header
    _header(stream, "")
    if fortran and len(shape) > 1:  # rows are not together: there is no other way than to read it whole
        whole = np.frombuffer(stream.read(), dtype=dtype, count=int(np.prod(shape))).reshape(shape, order="F")
        yield from (whole[start : start + size] for start in range(0, length, size))
        return
    width = int(np.prod(shape[1:], dtype=np.int64)) * dtype.itemsize
    for start in range(0, length, size):
        rows = min(size, length - start)
        data = stream.read(rows * width)
        if len(data) < rows * width:
            raise EOFError("the array ends early")
        yield np.frombuffer(data, dtype=dtype).reshape(rows, *shape[1:])


def _header(file: IO[bytes], place: str) -> Header:
    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        return read(file, max_header_size=MAX_HEADER)
    except DAMAGE as error:
        raise _damaged(place, error) from None


def _checked(header: Header, place: str) -> Header:
    shape, _, dtype = header
    if dtype.hasobject:
        raise DataError(f"{place} holds Python objects, which are never unpickled; save numbers (dtype float32, say)")
    if not shape:
        raise DataError(f"{place} holds a single number; expected one sample a row")
    numeric(np.empty(0, dtype=dtype), place)
    return header


def _damaged(place: str, error: BaseException) -> DataError:
    text = (str(error) or type(error).__name__).splitlines()[0]
    return DataError(f"{place} is damaged or no NumPy file: {text}")
