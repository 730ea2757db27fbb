"""HDF5 files with things in them that Keras never writes and that are no danger: read, or refused in one line."""

from __future__ import annotations

import io
from collections.abc import Callable

import h5py
import numpy as np
import pytest

from linter.api import lint
from tests.hostile import base
from tests.hostile.attacks_hdf5 import dense_kernel, replaced

Change = Callable[[h5py.File], None]


def in_place(make: Callable[[h5py.Group, str], object]) -> Change:
    """Put something else where the hidden layer's kernel was."""
    return replaced(lambda group, name, shape: make(group, name) and None)


def cycle(file: h5py.File) -> None:
    """A hard link to a group above."""
    group, _ = dense_kernel(file)
    group["again"] = file["/"]


def references(file: h5py.File) -> None:
    group, name = dense_kernel(file)
    group.attrs["weight_names"] = np.array([group[name].ref] * 1000, dtype=h5py.ref_dtype)


def named_type(group: h5py.Group, name: str) -> None:
    group[name] = np.dtype("f4")


def empty_attributes(file: h5py.File) -> None:
    for key in list(file.attrs):
        file.attrs[key] = h5py.Empty("f4")


CHANGES: dict[str, Change] = {
    "hard-link-cycle": cycle,
    "references": references,
    "null-attributes": empty_attributes,
    "named-type": in_place(named_type),
    "group-for-data": in_place(lambda g, n: g.create_group(n)),
    "compound": in_place(lambda g, n: g.create_dataset(n, (4, 8), np.dtype([("a", "f4"), ("b", "i4")]))),
    "opaque": in_place(lambda g, n: g.create_dataset(n, data=np.zeros((4, 8), "V7"))),
    "texts": in_place(lambda g, n: g.create_dataset(n, (4, 8), h5py.string_dtype())),
    "complex": in_place(lambda g, n: g.create_dataset(n, (4, 8), "c8")),
    "enumeration": in_place(lambda g, n: g.create_dataset(n, (4, 8), h5py.enum_dtype({"a": 1}))),
    "null-space": in_place(lambda g, n: g.create_dataset(n, data=h5py.Empty("f4"))),
    "scalar": in_place(lambda g, n: g.create_dataset(n, (), "f4")),
    "no-values": in_place(lambda g, n: g.create_dataset(n, (0, 2**40), "f4", maxshape=(None, None), chunks=(1, 8))),
    "rank-32": in_place(lambda g, n: g.create_dataset(n, (1,) * 32, "f4")),
    "long-double": in_place(lambda g, n: g.create_dataset(n, (4, 8), np.longdouble)),
    "half": in_place(lambda g, n: g.create_dataset(n, (4, 8), "f2")),
    "big-endian": in_place(lambda g, n: g.create_dataset(n, (4, 8), ">f4")),
}


def changed(data: bytes, change: Change) -> bytes:
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def said(data: bytes) -> list[str]:
    """What is said of a file; a rule that crashes is a failure."""
    report = lint(data)
    assert [failure for model in report.models for failure in model.failures] == []
    messages = [error.message for error in report.errors] + [finding.message for _, finding in report.findings()]
    assert not [message for message in messages if "\n" in message]
    return [finding.code for _, finding in report.findings()] + ["refused"] * len(report.errors)


@pytest.mark.parametrize("name", CHANGES)
def test_h5(name: str) -> None:
    found = said(changed(base.h5_file(), CHANGES[name]))
    assert not [code for code in found if code.startswith("SEC")]


@pytest.mark.parametrize("name", CHANGES)
def test_keras(name: str) -> None:
    found = base.members(base.keras_file())
    weights = changed(found["model.weights.h5"], CHANGES[name])
    codes = said(base.archive({**found, "model.weights.h5": weights}))
    assert not [code for code in codes if code.startswith("SEC")]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in CHANGES
        if name
        not in (
            "hard-link-cycle",
            "references",
            "half",
            "big-endian",
            "null-attributes",
            "long-double",
            "complex",
            "enumeration",
        )
    ],
)
def test_what_is_no_kernel_is_not_taken_for_one(name: str) -> None:
    assert {"CMP952", "refused"} & set(said(changed(base.h5_file(), CHANGES[name])))


def test_user_block_before_the_file() -> None:
    """HDF5 allows bytes before itself; the model behind them is read."""
    buffer = io.BytesIO()
    with h5py.File(io.BytesIO(base.h5_file())) as source, h5py.File(buffer, "w", userblock_size=512) as file:
        for name in source:
            source.copy(name, file)
        for key, value in source.attrs.items():
            file.attrs[key] = value
    assert "refused" not in said(buffer.getvalue())
