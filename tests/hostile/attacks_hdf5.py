"""Attacks in HDF5: links, storage elsewhere, filters, shapes."""

from __future__ import annotations

from collections.abc import Callable

import h5py
import numpy as np

from tests.hostile import base
from tests.hostile.attack import Attack


def dense_kernel(file: h5py.File) -> tuple[h5py.Group, str]:
    """The group and name of the hidden layer's kernel, in either format."""
    place = "layers/dense/vars" if "layers" in file else None
    if place:
        return file[place], "0"
    found: list[str] = []
    file["model_weights/hidden"].visititems(
        lambda name, item: found.append(item.name) if isinstance(item, h5py.Dataset) and "kernel" in name else None
    )
    folder, _, name = found[0].rpartition("/")
    return file[folder], name


def replaced(make: Callable[[h5py.Group, str, tuple[int, ...]], None]) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        group, name = dense_kernel(file)
        shape = group[name].shape
        del group[name]
        make(group, name, shape)

    return change


def external_link(group: h5py.Group, name: str, shape: tuple[int, ...]) -> None:
    group[name] = h5py.ExternalLink("/etc/hostname", "/secret")


def soft_link(group: h5py.Group, name: str, shape: tuple[int, ...]) -> None:
    group[name] = h5py.SoftLink("/elsewhere")


def external_storage(group: h5py.Group, name: str, shape: tuple[int, ...]) -> None:
    group.create_dataset(name, shape, "f4", external=[("/etc/hostname", 0, h5py.h5f.UNLIMITED)])


def virtual(group: h5py.Group, name: str, shape: tuple[int, ...]) -> None:
    layout = h5py.VirtualLayout(shape=shape, dtype="f4")
    layout[...] = h5py.VirtualSource("/tmp/other.h5", "secret", shape=shape)
    group.create_virtual_dataset(name, layout)


def unknown_filter(group: h5py.Group, name: str, shape: tuple[int, ...]) -> None:
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk(shape)
    plist.set_filter(32_015, h5py.h5z.FLAG_OPTIONAL, ())
    h5py.h5d.create(group.id, name.encode(), h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(shape), plist)


def shape_bomb(group: h5py.Group, name: str, shape: tuple[int, ...]) -> None:
    group.create_dataset(name, (1 << 20, 1 << 20), "f4", chunks=(1024, 1024))


def harmless(group: h5py.Group, name: str, shape: tuple[int, ...]) -> None:
    group.create_dataset(
        name, data=np.random.default_rng(0).normal(size=shape).astype("f4"), chunks=shape, compression="gzip"
    )


def user_link(file: h5py.File) -> None:
    file["shortcut"] = h5py.SoftLink("/layers" if "layers" in file else "/model_weights")


H5_TRICKS = {
    "external-link": ("SEC005", external_link),
    "soft-link": ("SEC005", soft_link),
    "external-storage": ("SEC005", external_storage),
    "virtual-data": ("SEC005", virtual),
    "unknown-filter": ("SEC005", unknown_filter),
    "shape-bomb": ("SEC007", shape_bomb),
}


def _in_keras(change: Callable[[h5py.File], None]) -> Callable[[], bytes]:
    return lambda: base.with_weights(change)


def _in_h5(change: Callable[[h5py.File], None]) -> Callable[[], bytes]:
    return lambda: base.with_h5(change)


def _old_version(file: h5py.File) -> None:
    replaced(external_link)(file)
    file.attrs["keras_version"] = "2.15.0"


HDF5 = (
    *(
        Attack(f"{n}-in-keras", c, ".keras", _in_keras(replaced(m)), _in_keras(replaced(harmless)))
        for n, (c, m) in H5_TRICKS.items()
    ),
    *(
        Attack(f"{n}-in-h5", c, ".h5", _in_h5(replaced(m)), _in_h5(replaced(harmless)))
        for n, (c, m) in H5_TRICKS.items()
    ),
    Attack("link-at-the-root", "SEC005", ".h5", _in_h5(user_link)),
    Attack("external-link-of-an-old-version", "SEC005", ".h5", _in_h5(_old_version)),
)
