"""Every budget of a reader: what has just its size is read, what is one past it is refused in one line."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from linter.api import lint
from linter.graph import ModelGraph
from linter.options import Limits, Options
from linter.read import read, tensor_bundle
from linter.read.errors import UnreadableError
from linter.read.headroom import bounded
from linter.read.protobuf import Wire
from tests.linter.read.test_bad_input import CHAIN, dense, functional, given, keras, sequential

CONFIG = {**CHAIN, "note": {"seed": 123_456_789_012, "rate": 0.12345678901, "text": "t" * 60}}
OF_RUNS = frozenset(("max_samples", "max_seconds"))
"""Budgets of runs on data, which have tests of their own."""


@dataclass(frozen=True)
class Case:
    """A budget, what reads something, and the amount that it takes."""

    limit: str
    amount: int | float
    use: Callable[[Limits], Any]
    others: tuple[tuple[str, Any], ...] = ()

    def limits(self, amount: float) -> Limits:
        return Limits(**{**dict(self.others), self.limit: amount})


def of_file(data: bytes) -> Callable[[Limits], ModelGraph]:
    """Read a file; raise where something in it is out of bounds."""

    def use(limits: Limits) -> ModelGraph:
        graph = read(data, limits)
        past = [defect for defect in graph.defects if defect.code in ("SEC007", "SEC010")]
        if past:
            raise UnreadableError(past[0].message)
        return graph

    return use


def nodes(value: Any) -> int:
    return 1 + sum(map(nodes, value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()))


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0)


def deflated(size: int) -> tuple[bytes, float]:
    """A model with an asset of so many zeros, and how much shorter it is stored."""
    buffer = io.BytesIO(keras(CHAIN))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/zeros", b"\0" * size)
    with zipfile.ZipFile(buffer) as archive:
        return buffer.getvalue(), size / archive.getinfo("assets/zeros").compress_size


def unpacked(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(info.file_size for info in archive.infolist())


def attributes(size: int) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=np.ones((4, 8), "f4"))
        file.attrs["keras_version"] = np.bytes_(b"3" * size)
    return buffer.getvalue()


def links(data: bytes) -> int:
    found: list[str] = []
    with h5py.File(io.BytesIO(data)) as file:
        file.visit(found.append)
    return len(found)


def fed_by_output(number: int) -> bytes:
    """A model whose last layer takes output `number` of the one before, and says which shape that has."""
    last = dense("two", "one")
    tensor = last["inbound_nodes"][0]["args"][0]
    tensor["config"] = {"keras_history": ["one", 0, number], "shape": [None, 2]}
    return keras(functional([given(), dense("one", "given"), last], "two"))


def nested(times: int) -> bytes:
    config: Any = CHAIN
    for _ in range(times):
        config = sequential([config])
    return keras(config)


def npz() -> tuple[bytes, int]:
    """A model with arrays, and the length of an array's header as NumPy pads it."""
    arrays, buffer = io.BytesIO(), io.BytesIO()
    np.savez(arrays, a=np.zeros((2, 2), "f4"))
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("config.json", json.dumps(CHAIN))
        archive.writestr("model.weights.npz", arrays.getvalue())
    single = io.BytesIO()
    np.save(single, np.zeros((2, 2), "f4"))
    return buffer.getvalue(), len(single.getvalue()) - 10 - 16


def of_arrays(data: bytes) -> Callable[[Limits], None]:
    def use(limits: Limits) -> None:
        for defect in read(data, limits).defects:
            if "cannot be read" in defect.message:
                raise UnreadableError(defect.message)

    return use


def message(data: bytes) -> Callable[[Limits], None]:
    """Walk a protocol buffer."""
    return lambda limits: list(Wire(data, "x.pb", limits).fields((0, len(data))))  # type: ignore[return-value]


def table() -> bytes:
    """A sorted table of two keys that share five bytes, as LevelDB writes it."""
    entries = b"\0\x06\0abcdef" + b"\x05\x01\0g"
    block = entries + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    index_at = len(block) + 5
    handle = bytes((0, len(block)))
    index = b"\0\x01" + bytes((len(handle),)) + b"z" + handle + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    footer = (b"\0\0" + bytes((index_at, len(index)))).ljust(40, b"\0") + (0xDB4775248B80FB57).to_bytes(8, "little")
    return block + b"\0" * 5 + index + b"\0" * 5 + footer


def of_index(limits: Limits, folder: Path) -> None:
    (folder / "variables.index").write_bytes(table())
    assert set(tensor_bundle.read(folder / "variables", limits).entries) == {"abcdef", "abcdeg"}


def of_folder(limits: Limits, folder: Path) -> None:
    """A SavedModel without layers: of the folder nothing is wrong."""
    (folder / "assets/a/b").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"\x08\x01")
    with pytest.raises(UnreadableError) as caught:
        read(folder, limits)
    if "exported for serving" not in str(caught.value):
        raise caught.value


JSON = json.dumps(CONFIG).encode()
ZEROS, RATIO = deflated(50_000)
ARRAYS, HEADER = npz()
CASES = (
    Case("max_json_bytes", len(JSON), of_file(keras(JSON))),
    Case("max_json_nodes", nodes(CONFIG), of_file(keras(CONFIG))),
    Case("max_json_depth", depth(CONFIG), of_file(keras(CONFIG))),
    Case("max_number_length", len("0.12345678901"), of_file(keras(CONFIG))),
    Case("max_number_length", len("123456789012"), of_file(keras({**CHAIN, "seed": 123_456_789_012}))),
    Case("max_string_length", 60, of_file(keras(CONFIG))),
    Case("max_string_length", 50, of_file(keras({**CHAIN, "k" * 50: 1}))),
    Case("max_members", 3, of_file(keras(CHAIN))),
    Case("ratio_floor", 50_000, of_file(ZEROS), (("max_ratio", 2.0),)),
    Case("max_unpacked_bytes", unpacked(ZEROS), of_file(ZEROS)),
    Case("max_layers", 2, of_file(keras(CHAIN))),
    Case("max_nesting", 3, of_file(nested(3))),
    Case("max_outputs", 3, of_file(fed_by_output(2))),
    Case("max_links", links(attributes(9)), of_file(attributes(9))),
    Case("max_attribute_bytes", 5000, of_file(attributes(5000))),
    Case("max_protobuf_nodes", 3, message(b"\x08\x01" * 3)),
    Case("max_protobuf_depth", 3, message(b"\x0b" * 3 + b"\x0c" * 3)),
    Case("max_header_bytes", HEADER, of_arrays(ARRAYS)),
)
IN_FOLDERS = (
    Case("max_graph_bytes", 2, of_folder),
    Case("max_folder_depth", 3, of_folder),
    Case("max_index_bytes", len(table()), of_index),
    Case("max_key_bytes", 12, of_index),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.limit)
def test_at_the_limit_and_past_it(case: Case) -> None:
    case.use(case.limits(case.amount))
    with pytest.raises(UnreadableError) as caught:
        case.use(case.limits(case.amount - 1))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("case", IN_FOLDERS, ids=lambda case: case.limit)
def test_folders_at_the_limit_and_past_it(case: Case, tmp_path: Path) -> None:
    for name in ("at", "past"):
        (tmp_path / name).mkdir()
    case.use(case.limits(case.amount), tmp_path / "at")  # type: ignore[call-arg]
    with pytest.raises(UnreadableError) as caught:
        case.use(case.limits(case.amount - 1), tmp_path / "past")  # type: ignore[call-arg]
    assert "\n" not in str(caught.value)


def test_ratio_at_the_limit_and_past_it() -> None:
    floor = 40_000
    of_file(ZEROS)(Limits(ratio_floor=floor, max_ratio=RATIO))
    with pytest.raises(UnreadableError, match="unpacks from"):
        of_file(ZEROS)(Limits(ratio_floor=floor, max_ratio=RATIO * 0.999))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system cannot say what a process has")
def test_headroom_that_suffices_and_that_does_not() -> None:
    with bounded(2**30):
        np.ones(2**24, "u1")
    with pytest.raises(MemoryError), bounded(2**24):
        np.ones(2**28, "u1")
    np.ones(2**28, "u1")


def test_limits_come_with_the_options() -> None:
    (error,) = lint(keras(CHAIN), options=Options(limits=Limits(max_layers=1))).errors
    assert "max_layers" in error.message


def test_every_limit_has_a_case() -> None:
    tested = {case.limit for case in (*CASES, *IN_FOLDERS)} | {"max_ratio", "max_headroom_bytes"} | OF_RUNS
    assert tested == {field.name for field in fields(Limits)}
