"""`model.weights.npz`: arrays in a zip, read by their headers alone. Nothing is ever unpickled: an object array is a
defect."""

from __future__ import annotations

import ast
import struct
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from linter.graph import Defect, Weight
from linter.options import Limits
from linter.read import archive as zipped
from linter.read.errors import UnreadableError
from linter.read.hdf5 import Tree
from linter.read.source import Source, read_at
from linter.read.weights import LoadedWeight, StoredWeight

if TYPE_CHECKING:
    import numpy as np

MAGIC = b"\x93NUMPY"
MAX_RANK = 32
NUMBERS = "biufc"


@dataclass(frozen=True, slots=True)
class Header:
    """What an array's header declares, and where its values begin."""

    dtype: str
    shape: tuple[int, ...]
    fortran: bool
    start: int


def tree(source: Source, limits: Limits) -> tuple[Tree, list[Defect]]:
    """Return the arrays of an `.npz` by name, and what is wrong with it."""
    archive = zipped.open_archive(source, limits)
    found = Tree()
    found.defects += [defect for defect in archive.defects if "nothing that Keras writes" not in defect.message]
    pickled = []
    for name in archive.members:
        path = name.removesuffix(".npy").replace("\\", "/")
        try:
            member = archive.member(name)
            header = read_header(member, limits)
        except UnreadableError as error:
            found.defects += error.defects or [Defect("CMP952", f"array {path!r} cannot be read: {error}", path)]
            continue
        if "O" in header.dtype:
            pickled.append(path)
        elif weight := _weight(path, header, member, found.defects):
            found.weights[path] = weight
    if pickled:
        what = f"{len(pickled)} arrays of the weights are pickled Python objects ({pickled[0]} ...)"
        message = f"{what}: reading them runs code"
        found.defects.append(
            Defect("SEC008", f"{message}, and Keras refuses them; save the model with HDF5 weights", pickled[0])
        )
    return found, found.defects


def read_header(member: Source, limits: Limits) -> Header:
    """Return an array's header; raises UnreadableError where it is none."""
    head = read_at(member, 0, 12)
    if head[:6] != MAGIC or len(head) < 12:
        raise UnreadableError(f"it begins with {head[:6]!r}, not with NumPy's signature")
    wide = head[6] >= 2
    (length,) = struct.unpack_from("<I" if wide else "<H", head, 8)
    start = (12 if wide else 10) + int(length)
    if length > limits.max_header_bytes:
        raise UnreadableError(f"its header has {length:,} bytes, which is past the limit `max_header_bytes`")
    try:
        stated = ast.literal_eval(read_at(member, 12 if wide else 10, int(length)).decode("latin-1"))
        return _header(stated, start)
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError):
        raise UnreadableError("its header is not one that NumPy writes") from None


def _header(stated: Any, start: int) -> Header:
    dtype, shape = stated["descr"], tuple(stated["shape"])
    if len(shape) > MAX_RANK or not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError(shape)
    if not isinstance(dtype, str):
        raise TypeError(dtype)
    return Header(dtype, shape, bool(stated["fortran_order"]), start)


def _weight(path: str, header: Header, member: Source, defects: list[Defect]) -> Weight | None:
    import numpy as np

    try:
        kind = np.dtype(header.dtype)
    except (TypeError, ValueError):
        kind = np.dtype("V1")
    bfloat16 = header.dtype.lstrip("<|") == "V2"
    if kind.kind not in NUMBERS and not bfloat16:
        defects.append(Defect("CMP952", f"array {path!r} is of type {header.dtype!r}, not numbers", path))
        return None
    declared, held = prod(header.shape) * kind.itemsize, member.size - header.start
    if declared > held:
        measured = {"declared_bytes": float(declared), "stored_bytes": float(max(held, 0))}
        defects.append(
            Defect("SEC007", f"array {path!r} declares {declared:,} bytes and holds {held:,}", path, measured=measured)
        )
        return None
    dtype = "bfloat16" if bfloat16 else kind.str
    if header.fortran and len(header.shape) > 1:
        return LoadedWeight(path, header.shape, dtype, _column_major(member, header, kind))
    return StoredWeight(path, header.shape, dtype, member, header.start)


def _column_major(member: Source, header: Header, kind: np.dtype[Any]) -> Callable[[], np.ndarray]:
    def load() -> np.ndarray:
        import numpy as np

        data = read_at(member, header.start, prod(header.shape) * kind.itemsize)
        code = "<u2" if kind.kind == "V" else kind
        return np.frombuffer(data, dtype=code).reshape(header.shape, order="F").copy(order="C")

    return load
