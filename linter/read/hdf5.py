"""HDF5 without following anything: what a file declares, link by link, and handles to its data sets.

External and soft links, external and virtual storage, unknown filters and shapes out of proportion become defects; they
are never dereferenced.
The file is open only while it is walked; values in one piece are later read by offset, all others by opening it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

from linter.graph import Defect, Weight
from linter.options import Limits
from linter.read import hdf5_file, hdf5_heaps, hdf5_values
from linter.read.errors import UnreadableError
from linter.read.headroom import bounded
from linter.read.source import Source
from linter.read.weights import LoadedWeight, SlabWeight, StoredWeight

if TYPE_CHECKING:
    import h5py

MAGIC = b"\x89HDF\r\n\x1a\n"
KNOWN_FILTERS = frozenset((1, 2, 3, 4, 32000))  # deflate, shuffle, fletcher32, szip, lzf


@dataclass(slots=True)
class Tree:
    """What an HDF5 file holds: attributes of groups, and data sets, by path ("" is the root; separators are "/")."""

    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    weights: dict[str, Weight] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)


def walk(source: Source, limits: Limits, values: Mapping[str, Any] | None = None) -> Tree:
    """Return what the file declares; raises UnreadableError where HDF5 itself is damaged or past the limits."""
    tree = Tree()
    with bounded(limits.max_headroom_bytes), hdf5_file.opened(source) as file:
        try:
            _Walker(source, limits, tree).group(file.id)
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as error:
            raise UnreadableError(f"damaged HDF5 file: {hdf5_file.first_line(error)}") from None
    return tree


class _Walker:
    """Visits every object of a file once."""

    def __init__(self, source: Source, limits: Limits, tree: Tree) -> None:
        self.source, self.limits, self.tree = source, limits, tree
        self.seen: set[int] = set()
        self.links = 0
        self.declared = 0

    def group(self, root: h5py.h5g.GroupID) -> None:
        """Visit all that hangs below `root`, without recursion."""
        from h5py import h5l, h5o

        pending: list[tuple[str, h5py.h5g.GroupID]] = [("", root)]
        self.seen.add(h5o.get_info(root).addr)
        groups = []
        while pending:
            path, group = pending.pop()
            groups.append((path, group))
            for raw, kind, address in self._links(group):
                name = hdf5_file.clean(raw)
                place = f"{path}/{name}" if path else name
                if kind != h5l.TYPE_HARD:
                    self._link(group, raw, place, kind)
                    continue
                self._object(h5o.open(group, raw), address, place, pending)
        hdf5_heaps.check(self.source, self._data())
        self.tree.attributes.update({path: self.attributes(group) for path, group in groups})

    def _data(self) -> Iterator[tuple[int, int]]:
        """Yield where the data sets lie that are stored in one piece."""
        for weight in self.tree.weights.values():
            if isinstance(weight, StoredWeight):
                yield weight.offset, weight.offset + prod(weight.shape) * hdf5_values.width(weight.dtype)

    def _object(self, item: Any, address: int, place: str, pending: list[tuple[str, h5py.h5g.GroupID]]) -> None:
        from h5py import h5d, h5g

        if isinstance(item, h5g.GroupID):
            if address not in self.seen:
                self.seen.add(address)
                pending.append((place, item))
        elif isinstance(item, h5d.DatasetID):
            self._data_set(item, place)

    def _links(self, group: h5py.h5g.GroupID) -> list[tuple[bytes, int, int]]:
        """Return name, kind and address (of a hard one) of a group's links, gathered in one pass of the library."""
        found: list[tuple[bytes, int, int]] = []

        def take(name: bytes, info: Any) -> bool | None:
            found.append((name, info.type, info.u))
            return True if len(found) > left else None  # anything but None ends the pass

        left = self.limits.max_links - self.links
        group.links.iterate(take, info=True)
        self.links += len(found)
        if len(found) > left:
            raise UnreadableError(
                f"the HDF5 file holds more than {self.limits.max_links:,} links, which is past the limit `max_links`"
            )
        return found

    def _link(self, group: h5py.h5g.GroupID, raw: bytes, place: str, kind: int) -> None:
        from h5py import h5l

        value = group.links.get_val(raw) if kind in (h5l.TYPE_SOFT, h5l.TYPE_EXTERNAL) else b""
        parts = value if isinstance(value, tuple) else (value,)
        target = ":".join(hdf5_file.text(part) for part in parts)
        word = {h5l.TYPE_SOFT: "a soft link", h5l.TYPE_EXTERNAL: "an external link"}.get(kind, "a user-defined link")
        known = " (CVE-2026-1669)" if kind == h5l.TYPE_EXTERNAL else ""
        self.tree.defects.append(
            Defect(
                "SEC005",
                f"{place!r} is {word} to {target[:200]!r}: loading the model would read what it points to{known}",
                pointer=place,
            )
        )

    def _data_set(self, data: h5py.h5d.DatasetID, place: str) -> None:
        from h5py import h5d

        space, kind, stored = data.get_space(), data.get_type(), data.get_storage_size()
        shape: tuple[int, ...] = () if space.get_simple_extent_ndims() < 0 else space.get_simple_extent_dims()
        plist = data.get_create_plist()
        layout = plist.get_layout()
        if not self._sound(data, plist, layout, place):
            return
        dtype = hdf5_values.dtype(kind)
        if dtype is None:
            return
        values: int = prod(shape)
        size = values * kind.get_size()
        if not self._proportionate(size, stored, layout, place):
            return
        plain = layout == h5d.CONTIGUOUS and kind.get_size() == hdf5_values.width(
            dtype
        )  # HDF5 widens odd types, as it reads them
        offset = data.get_offset() if plain else None
        name = f"/{place}"
        if offset is not None and stored >= size:
            self.tree.weights[place] = StoredWeight(name, shape, dtype, self.source, offset)
        elif shape and values:
            self.tree.weights[place] = SlabWeight(
                name, shape, dtype, hdf5_values.slabs(self.source, place, dtype, self.limits.max_headroom_bytes)
            )
        else:
            self.tree.weights[place] = LoadedWeight(name, shape, dtype, hdf5_values.whole(self.source, place, dtype))

    def _sound(self, data: h5py.h5d.DatasetID, plist: Any, layout: int, place: str) -> bool:
        from h5py import h5d

        if plist.get_external_count():
            target = hdf5_file.text(plist.get_external(0)[0])
            where = f"{place!r} keeps its values in another file, {target[:200]!r}"
            message = f"{where}: loading the model would read it (CVE-2026-1669)"
        elif layout == h5d.VIRTUAL:
            message = f"{place!r} is a virtual data set: its values come from other files"
        elif unknown := [code for code in _filters(plist) if code not in KNOWN_FILTERS]:
            message = f"{place!r} needs HDF5 filter {unknown[0]}, which would have to be loaded as a plug-in"
        else:
            return True
        self.tree.defects.append(Defect("SEC005", message, pointer=place))
        return False

    def _proportionate(self, size: int, stored: int, layout: int, place: str) -> bool:
        """Whether a data set may be read: not if it declares far more than it stores, or all do more than may be."""
        from h5py import h5d

        most = self.limits.max_unpacked_bytes
        ratio = size / max(stored, 1)
        swollen = (
            size > self.limits.ratio_floor
            and ratio > self.limits.max_ratio
            and (layout == h5d.CHUNKED or stored < size)
        )
        if swollen:
            self._bomb(f"{place!r} declares {size:,} bytes and stores {stored:,} (CVE-2026-0897)", place, size, stored)
            return False
        within, self.declared = self.declared <= most, self.declared + size
        if within and self.declared > most:
            message = (
                f"the data sets up to {place!r} declare {self.declared:,} bytes, past the limit `max_unpacked_bytes`"
            )
            self._bomb(message, place, self.declared, self.source.size)
        return self.declared <= most

    def _bomb(self, message: str, place: str, declared: int, stored: int) -> None:
        measured = {"declared_bytes": float(declared), "stored_bytes": float(stored)}
        self.tree.defects.append(Defect("SEC007", message, pointer=place, measured=measured))

    def attributes(self, group: Any) -> dict[str, Any]:
        """Return the attributes of a group: strings, numbers and lists of them."""
        from h5py import h5a

        out: dict[str, Any] = {}
        for i in range(h5a.get_num_attrs(group)):
            attribute = h5a.open(group, index=i)
            size = (
                prod(attribute.shape or ()) * attribute.get_type().get_size()
            )  # h5py takes a storage size of 0 for an error
            if size > self.limits.max_attribute_bytes:
                name = hdf5_file.clean(attribute.name)
                raise UnreadableError(
                    f"HDF5 attribute {name!r} has {size:,} bytes, past the limit `max_attribute_bytes`"
                )
            out[hdf5_file.clean(attribute.name)] = hdf5_values.attribute(attribute)
        return out


def _filters(plist: Any) -> list[int]:
    return [int(plist.get_filter(i)[0]) for i in range(plist.get_nfilters())]
