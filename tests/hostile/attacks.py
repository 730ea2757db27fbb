"""Every known trick on files and archives: which rule must speak, and of which twin it must not."""

from __future__ import annotations

import base64
import io
import json
import marshal
import pickle
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from tests.hostile import base
from tests.hostile.base import Config

CODE = base64.b64encode(marshal.dumps(compile("print('harmless')", "<lambda>", "eval"))).decode()
LAMBDA = {"class_name": "__lambda__", "config": {"value": CODE, "defaults": None, "closure": None}}
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile file. `twin` is the benign one; None where an ordinary saved model is."""

    name: str
    code: str
    suffix: str
    hostile: Callable[[], bytes]
    twin: Callable[[], bytes] | None = None

    def benign(self) -> bytes:
        """The twin's bytes."""
        return (self.twin or (base.keras_file if self.suffix == ".keras" else base.h5_file))()


def function(name: str, module: str, registered: str | None = None) -> Config:
    return {"class_name": "function", "module": module, "config": name, "registered_name": registered or name}


def built(class_name: str, module: str = "keras.layers", **config: Any) -> Config:
    return {"module": module, "class_name": class_name, "config": {"name": "extra", **config}}


def setting(key: str, value: Any) -> Callable[[], bytes]:
    return lambda: base.with_config(base.hidden(lambda config: config.update({key: value})))


def adding(stored: Config) -> Callable[[], bytes]:
    return lambda: base.with_config(base.added(stored))


def compiled(key: str, value: Any) -> Callable[[], bytes]:
    return lambda: base.with_config(lambda config: config["compile_config"].update({key: value}))


def text(change: Callable[[str], str]) -> Callable[[], bytes]:
    return lambda: base.with_config_text(change)


RESCALING = built("Rescaling", scale=1.0, offset=0.0)
INNER = {
    "module": "keras",
    "class_name": "Sequential",
    "registered_name": "Sequential",
    "config": {"name": "extra", "layers": [built("Lambda", function=LAMBDA)]},
}
CONFIGURATIONS = (
    Attack("lambda-layer", "SEC001", ".keras", adding(built("Lambda", function=LAMBDA)), adding(RESCALING)),
    Attack("lambda-nested", "SEC001", ".keras", adding(INNER)),
    Attack(
        "lambda-wrapped", "SEC001", ".keras", adding(built("TimeDistributed", layer=built("Lambda", function=LAMBDA)))
    ),
    Attack("lambda-activation", "SEC001", ".keras", setting("activation", LAMBDA), setting("activation", "elu")),
    Attack("lambda-loss", "SEC001", ".keras", compiled("loss", LAMBDA), compiled("loss", "mse")),
    Attack("lambda-metric", "SEC001", ".keras", compiled("metrics", [[LAMBDA]]), compiled("metrics", ["accuracy"])),
    Attack(
        "lambda-of-keras-2",
        "SEC001",
        ".h5",
        lambda: base.with_h5_config(
            base.added(
                {
                    "class_name": "Lambda",
                    "config": {"name": "extra", "function": [CODE, None, None], "function_type": "lambda"},
                }
            )
        ),
    ),
    Attack(
        "lambda-in-h5-activation",
        "SEC001",
        ".h5",
        lambda: base.with_h5_config(base.hidden(lambda c: c.update(activation=LAMBDA))),
    ),
    Attack(
        "os-system",
        "SEC002",
        ".keras",
        setting("activation", function("system", "os")),
        setting("activation", function("mine>swoosh", "builtins", "function")),
    ),
    Attack("popen", "SEC002", ".keras", setting("kernel_initializer", built("Popen", "subprocess", args=["true"]))),
    Attack("builtin-exec", "SEC002", ".keras", setting("activation", function("exec", "builtins"))),
    Attack("builtin-class", "SEC002", ".keras", setting("kernel_initializer", built("eval", "builtins"))),
    Attack("importlib", "SEC002", ".keras", compiled("optimizer", built("import_module", "importlib"))),
    Attack(
        "typespec",
        "SEC002",
        ".keras",
        setting("extra", {"class_name": "__typespec__", "module": "os", "spec_name": "system", "config": ["true"]}),
        setting(
            "extra",
            {
                "class_name": "__typespec__",
                "module": "tensorflow.python.framework.tensor_spec",
                "spec_name": "TensorSpec",
                "config": [],
            },
        ),
    ),
    Attack("pip", "SEC002", ".keras", setting("activation", function("main", "pip"))),
    Attack(
        "get-file",
        "SEC003",
        ".keras",
        setting("activation", function("get_file", "keras.utils")),
        setting("activation", function("relu", "keras.activations")),
    ),
    Attack(
        "get-file-in-src", "SEC003", ".keras", setting("activation", function("get_file", "keras.src.utils.file_utils"))
    ),
    Attack(
        "unsafe-switch", "SEC003", ".keras", compiled("loss", function("enable_unsafe_deserialization", "keras.config"))
    ),
    Attack("load-model", "SEC003", ".keras", compiled("metrics", [function("load_model", "keras.saving")])),
    Attack("tensorflow-file", "SEC002", ".keras", setting("activation", function("write_file", "tensorflow.io"))),
    Attack("tfsm-layer", "SEC004", ".keras", adding(built("TFSMLayer", filepath="other", call_endpoint="serve"))),
    Attack(
        "string-vocabulary",
        "SEC004",
        ".keras",
        adding(built("StringLookup", vocabulary="/etc/hostname")),
        adding(built("StringLookup", vocabulary=["a", "b"])),
    ),
    Attack("integer-vocabulary", "SEC004", ".keras", adding(built("IntegerLookup", vocabulary="words.txt"))),
    Attack("remote-vocabulary", "SEC004", ".keras", adding(built("TextVectorization", vocabulary="gs://bucket/words"))),
    Attack("idf-by-path", "SEC004", ".keras", adding(built("TextVectorization", idf_weights="../idf.npy"))),
    Attack(
        "torch-wrapper",
        "SEC008",
        ".keras",
        adding(built("TorchModuleWrapper", module=base64.b64encode(pickle.dumps(1)).decode())),
    ),
    Attack(
        "name-traversal",
        "SEC006",
        ".keras",
        adding({**RESCALING, "config": {**RESCALING["config"], "name": "../../extra"}}),
    ),
    Attack(
        "name-backslash",
        "SEC006",
        ".keras",
        adding({**RESCALING, "config": {**RESCALING["config"], "name": "..\\extra"}}),
    ),
    Attack(
        "name-absolute",
        "SEC006",
        ".keras",
        adding({**RESCALING, "config": {**RESCALING["config"], "name": "/tmp/extra"}}),
    ),
    Attack(
        "no-module",
        "SEC010",
        ".keras",
        adding({k: v for k, v in RESCALING.items() if k != "module"}),
        adding(RESCALING),
    ),
    Attack("huge-units", "SEC010", ".keras", setting("units", 2**63)),
    Attack("not-a-number", "SEC010", ".keras", setting("seed", float("nan")), setting("seed", 1.5)),
    Attack(
        "duplicate-keys",
        "SEC010",
        ".keras",
        text(
            lambda json_text: json_text.replace(
                '"class_name": "Dense"', '"class_name": "Lambda", "class_name": "Dense"', 1
            )
        ),
    ),
    Attack("deep-json", "SEC010", ".keras", text(lambda s: s[:-1] + ', "deep": ' + "[" * 5000 + "]" * 5000 + "}")),
    Attack("long-number", "SEC010", ".keras", text(lambda s: s[:-1] + ', "long": ' + "9" * 5000 + "}")),
    Attack("byte-order-mark", "SEC010", ".keras", text(lambda s: "\ufeff" + s)),
    Attack(
        "escaped-lambda",
        "SEC001",
        ".keras",
        text(
            lambda s: s.replace(
                '"activation": "relu"', '"activation": ' + json.dumps(LAMBDA).replace("_lambda_", "\\u005flambda_"), 1
            )
        ),
    ),
    Attack("custom-class", "SEC011", ".keras", adding(built("Attend", "my_project.layers"))),
)


def zipped(
    change: Callable[[list[tuple[Any, bytes]]], list[tuple[Any, bytes]]], compression: int = zipfile.ZIP_STORED
) -> Callable[[], bytes]:
    return lambda: base.archive(change(list(base.members(base.keras_file()).items())), compression)


def member(name: str, content: bytes = b"x", **attributes: Any) -> tuple[Any, bytes]:
    info = zipfile.ZipInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info, content


def also(*entries: tuple[Any, bytes]) -> Callable[[], bytes]:
    return zipped(lambda found: [*found, *entries])


def patched(offset_of: bytes, replacement: bytes, count: int = -1) -> Callable[[], bytes]:
    return lambda: base.keras_file().replace(offset_of, replacement, count)


def with_flag(bit: int) -> bytes:
    """The archive with a flag set in every header of config.json."""
    data = bytearray(base.keras_file())
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(b"config.json")
        while start >= 0:
            head = data.rfind(magic, 0, start)
            if head >= 0 and start - head in (30, 46):
                struct.pack_into("<H", data, head + place, struct.unpack_from("<H", data, head + place)[0] | bit)
            start = data.find(b"config.json", start + 1)
    return bytes(data)


def renamed_local() -> bytes:
    """config.json is called otherwise in its local header."""
    data = base.keras_file()
    at = data.find(b"PK\x03\x04")
    while data[at + 30 : at + 41] != b"config.json":
        at = data.find(b"PK\x03\x04", at + 1)
    return data[: at + 30] + b"confiG.json" + data[at + 41 :]


def overlapping() -> bytes:
    """Two directory entries for the same bytes."""
    data = base.archive({**base.members(base.keras_file()), "assets/a": b"x" * 100, "assets/b": b"x" * 100})
    directory = data.find(b"PK\x01\x02")
    entries = [i for i in range(directory, len(data)) if data.startswith(b"PK\x01\x02", i)]
    first, second = entries[-2:]
    return data[: second + 42] + data[first + 42 : first + 46] + data[second + 46 :]


def moved(prefix: bytes) -> bytes:
    return prefix + base.keras_file()


def commented() -> bytes:
    out = io.BytesIO(base.keras_file())
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"#!/bin/sh\n"
    return out.getvalue()


SYMLINK = (stat.S_IFLNK | 0o777) << 16
ARCHIVES = (
    Attack("duplicate-config", "SEC006", ".keras", also(("config.json", b"{}"))),
    Attack("case-twin", "SEC006", ".keras", also(("Config.json", b"{}"))),
    Attack("member-traversal", "SEC006", ".keras", also(("../evil.txt", b"x")), also(("assets/words.txt", b"x"))),
    Attack("member-in-assets-traversal", "SEC006", ".keras", also(("assets/../../evil.txt", b"x"))),
    Attack("member-absolute", "SEC006", ".keras", also(("/tmp/evil.txt", b"x"))),
    Attack("member-backslash", "SEC006", ".keras", also(("assets\\..\\evil.txt", b"x"))),
    Attack("member-drive", "SEC006", ".keras", also(("C:/evil.txt", b"x"))),
    Attack("member-symlink", "SEC006", ".keras", also(member("assets/link", b"/etc/hostname", external_attr=SYMLINK))),
    Attack(
        "member-device",
        "SEC006",
        ".keras",
        also(member("assets/null", b"", external_attr=(stat.S_IFCHR | 0o666) << 16)),
    ),
    Attack("member-script", "SEC006", ".keras", also(("install.py", b"print('harmless')"))),
    Attack(
        "member-program",
        "SEC006",
        ".keras",
        also(("assets/tool", b"\x7fELF" + b"\0" * 60)),
        also(("assets/tool", b"text")),
    ),
    Attack(
        "member-pickle", "SEC008", ".keras", also(("assets/words", pickle.dumps([1]))), also(("assets/words", b"a\nb"))
    ),
    Attack("encrypted", "SEC006", ".keras", lambda: with_flag(1)),
    Attack(
        "odd-compression",
        "SEC006",
        ".keras",
        zipped(lambda found: found, zipfile.ZIP_BZIP2),
        zipped(lambda f: f, zipfile.ZIP_DEFLATED),
    ),
    Attack("other-local-name", "SEC006", ".keras", renamed_local),
    Attack("overlap", "SEC006", ".keras", overlapping),
    Attack("polyglot", "SEC006", ".keras", lambda: moved(b"PK\x03\x04" + b"\0" * 200)),
    Attack("comment", "SEC006", ".keras", commented),
    Attack(
        "config-bomb",
        "SEC007",
        ".keras",
        zipped(
            lambda found: [(n, c + b" " * (40 * MIB) if n == "config.json" else c) for n, c in found],
            zipfile.ZIP_DEFLATED,
        ),
    ),
    Attack(
        "asset-bomb",
        "SEC007",
        ".keras",
        zipped(lambda f: [*f, ("assets/zeros", b"\0" * (40 * MIB))], zipfile.ZIP_DEFLATED),
    ),
    Attack("many-members", "SEC007", ".keras", zipped(lambda f: [*f, *((f"assets/{i}", b"") for i in range(10_001))])),
)


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


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def npz_weights(content: Callable[[], bytes]) -> Callable[[], bytes]:
    def make() -> bytes:
        found = {name: data for name, data in base.members(base.keras_file()).items() if name != "model.weights.h5"}
        return base.archive({**found, "model.weights.npz": content()})

    return make


def npz_bomb() -> bytes:
    """An array that declares a terabyte."""
    out = io.BytesIO()
    np.save(out, np.zeros(8, "f4"))
    honest, lying = b"(8,), }" + b" " * 11, b"(274877906944,), }"
    header = out.getvalue()[:-32]
    assert honest in header
    header = header.replace(honest, lying)
    return base.archive({"layers.npy": header + b"\0" * 32})


ARRAYS = (
    Attack("npz-objects", "SEC008", ".keras", npz_weights(lambda: npz(layers=np.array([{"a": 1}], dtype=object)))),
    Attack("npz-bomb", "SEC007", ".keras", npz_weights(npz_bomb)),
)
ATTACKS = (*CONFIGURATIONS, *ARCHIVES, *HDF5, *ARRAYS)
