"""Checkpoints against TensorFlow's own reader, and against damage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linter.graph import Weight
from linter.options import Limits
from linter.read import sorted_table, tensor_bundle
from linter.read.errors import UnreadableError
from tests.linter.read.hostile_graphs import tensorflow

DTYPES = (
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
)


def save(prefix: Path, tensors: dict[str, Any], slices: str = "") -> Path:
    tf = tensorflow()
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=list(tensors),
        shape_and_slices=[slices] * len(tensors),
        tensors=list(tensors.values()),
    )
    return prefix


@pytest.fixture
def opened() -> Iterator[Any]:
    """Return a reader of bundles whose files are closed at the end."""
    bundles = []

    def read(prefix: Path) -> tensor_bundle.Bundle:
        bundles.append(tensor_bundle.read(prefix, Limits()))
        return bundles[-1]

    yield read
    for bundle in bundles:
        bundle.close()


def values(weight: Weight | None) -> np.ndarray:
    assert weight is not None
    pieces = [piece.copy() for piece in weight.chunks()]
    return np.concatenate(pieces).reshape(weight.shape) if pieces else np.zeros(weight.shape)


def test_every_dtype_and_shape_as_tensorflow_reads_them(tmp_path: Path, opened: Any) -> None:
    tf = tensorflow()
    draw = np.random.default_rng(0)
    shapes: tuple[tuple[int, ...], ...] = ((), (0, 3), (7,), (2, 3, 4), (300, 400))
    tensors = {
        f"{dtype}/{i}": tf.cast(draw.uniform(0, 100, shape), dtype)
        for dtype in DTYPES
        for i, shape in enumerate(shapes)
    }
    bundle = opened(save(tmp_path / "variables", tensors))
    checkpoint = tf.train.load_checkpoint(str(tmp_path / "variables"))
    assert set(bundle.entries) == set(tensors)
    for key in tensors:
        weight, expected = bundle.weight(key), checkpoint.get_tensor(key)
        assert weight is not None
        assert weight.shape == expected.shape
        assert (weight.dtype if "bfloat16" in key else np.dtype(weight.dtype).name) == key.split("/")[0]
        np.testing.assert_array_equal(values(weight), expected.astype("float32") if "bfloat16" in key else expected)


def test_many_keys_share_prefixes_over_several_blocks(tmp_path: Path, opened: Any) -> None:
    tf = tensorflow()
    tensors = {f"model/block_{i // 100}/some_long_layer_name_{i}/kernel": tf.constant(float(i)) for i in range(12_000)}
    bundle = opened(save(tmp_path / "many", tensors))
    data = (tmp_path / "many.index").read_bytes()
    index = len(list(sorted_table.block(data, *sorted_table.handle_at(data, *_second_handle(data)), "many.index")))
    assert index > 1
    assert set(bundle.entries) == set(tensors)
    assert all(
        values(bundle.weight(key)) == float(key.split("/")[2].rpartition("_")[2]) for key in list(tensors)[::997]
    )


def _second_handle(data: bytes) -> tuple[int, int]:
    position = len(data) - sorted_table.FOOTER
    for _ in range(2):
        _, position = sorted_table.varint(data, position, len(data))
    return position, len(data)


def test_several_shards(tmp_path: Path, opened: Any) -> None:
    tf = tensorflow()
    parts = [save(tmp_path / f"part_{i}", {f"w{i}": tf.fill([5], float(i))}) for i in range(3)]
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=[str(part) for part in parts], destination_prefix=str(tmp_path / "all")
    )
    bundle = opened(tmp_path / "all")
    assert bundle.shards == 3
    assert [values(bundle.weight(f"w{i}")).tolist() for i in range(3)] == [[float(i)] * 5 for i in range(3)]
    (tmp_path / "all.data-00001-of-00003").unlink()
    again = opened(tmp_path / "all")
    assert [again.weight(f"w{i}") is None for i in range(3)] == [False, True, False]


def test_strings(tmp_path: Path, opened: Any) -> None:
    tf = tensorflow()
    long = "x" * 40_000
    bundle = opened(
        save(
            tmp_path / "text",
            {
                "one": tf.constant("héllo"),
                "long": tf.constant(long),
                "list": tf.constant(["a", "b"]),
                "w": tf.constant(1.0),
            },
        )
    )
    assert bundle.string("one", 1000) == "héllo".encode()
    assert bundle.string("long", 10**6) == long.encode()
    assert bundle.string("long", 1000) is None
    assert [bundle.string(key, 1000) for key in ("list", "w", "absent")] == [None, None, None]
    assert bundle.weight("one") is None


def test_data_file_that_ends_early_yields_no_weight(tmp_path: Path, opened: Any) -> None:
    tf = tensorflow()
    save(tmp_path / "short", {"a": tf.zeros([10]), "b": tf.zeros([10])})
    shard = tmp_path / "short.data-00000-of-00001"
    shard.write_bytes(shard.read_bytes()[:79])
    bundle = opened(tmp_path / "short")
    assert bundle.weight("a") is not None
    assert bundle.weight("b") is None


def test_data_file_that_is_a_link_is_not_followed(tmp_path: Path, opened: Any) -> None:
    save(tmp_path / "linked", {"a": tensorflow().zeros([10])})
    shard = tmp_path / "linked.data-00000-of-00001"
    shard.rename(tmp_path / "elsewhere")
    shard.symlink_to(tmp_path / "elsewhere")
    assert opened(tmp_path / "linked").weight("a") is None


def test_slices_are_told(tmp_path: Path, opened: Any) -> None:
    save(tmp_path / "sliced", {"a": tensorflow().zeros([2, 3])}, slices="4 3 0,2:0,3")
    with pytest.raises(UnreadableError, match="a is stored in slices"):
        opened(tmp_path / "sliced").weight("a")


def test_compressed_blocks_are_told(tmp_path: Path) -> None:
    save(tmp_path / "packed", {"a": tensorflow().zeros([2, 3])})
    index = tmp_path / "packed.index"
    data = bytearray(index.read_bytes())
    offset, size = sorted_table.handle_at(bytes(data), *_second_handle(bytes(data)))
    data[offset + size] = 1
    index.write_bytes(data)
    with pytest.raises(UnreadableError, match=r"packed\.index is compressed \(type 1\)"):
        tensor_bundle.read(tmp_path / "packed", Limits())


def test_damaged_index_ends_in_one_clear_error(tmp_path: Path) -> None:
    tf = tensorflow()
    save(tmp_path / "w", {f"layer_{i}/kernel": tf.zeros([i]) for i in range(20)})
    index = tmp_path / "w.index"
    data = index.read_bytes()
    draw = np.random.default_rng(1)
    for cut in range(0, len(data), 7):
        index.write_bytes(data[:cut])
        with pytest.raises(UnreadableError, match="damaged"):
            tensor_bundle.read(tmp_path / "w", Limits())
    for _ in range(500):
        broken = bytearray(data)
        for place in draw.integers(0, len(data), 3):
            broken[place] = draw.integers(0, 256)
        index.write_bytes(broken)
        try:
            tensor_bundle.read(tmp_path / "w", Limits())
        except UnreadableError as error:
            assert "damaged" in str(error) or "compressed" in str(error)  # noqa: PT017 - some changes do no harm


def test_blocks_listed_again_and_again_are_refused() -> None:
    entry = b"\x00\x01\x00k"
    block = entry + bytes(4) + bytes(5)  # no restarts, no compression
    handle = bytes([0, len(block) - 5])
    listing = b"".join(b"\x00\x01\x02" + bytes([65 + i]) + handle for i in range(2)) + bytes(4)
    index = listing + bytes(5)
    footer = bytes([0, 0, len(block), len(listing)]).ljust(40, b"\x00") + sorted_table.MAGIC.to_bytes(8, "little")
    with pytest.raises(UnreadableError, match="listed twice"):
        list(sorted_table.table(block + index + footer, "x.index"))


def test_keys_that_grow_without_end_are_refused(tmp_path: Path) -> None:
    tf = tensorflow()
    save(tmp_path / "w", {f"layer_{i}/kernel": tf.zeros([1]) for i in range(20)})
    keys = sum(len(f"layer_{i}/kernel") for i in range(20))
    assert len(tensor_bundle.read(tmp_path / "w", Limits(max_key_bytes=keys)).entries) == 20
    with pytest.raises(UnreadableError, match="past the limits"):
        tensor_bundle.read(tmp_path / "w", Limits(max_key_bytes=keys - 1))
