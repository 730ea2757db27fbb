"""Files and folders of other kinds: one line that names the format and says what to do instead."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from linter.read.errors import NotAModelError, UnreadableError
from linter.read.source import Source

CONVERTED = "is not read; give the Keras model that it was made from"
READ = "keras-lint reads .keras, .h5 and SavedModel"
MODELS = (".keras", ".h5", ".hdf5", "saved_model.pb")
TORCH_LEGACY = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19"
"""The number with which PyTorch's files began before they were zip archives."""

MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"GGUF", f"a GGUF file (weights of a language model), which {CONVERTED}"),
    (b"\x93NUMPY", f"a NumPy array: data, not a model; {READ}"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file that it stands for; run `git lfs pull`"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"BZh", "a bzip2 archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"\xfd7zXZ", "an xz archive; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\x08\x01\x12", "a SavedModel's graph without its folder; give the folder that holds saved_model.pb"),
)
TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page: what was downloaded is not the file itself"),
    (b"<html", "a web page: what was downloaded is not the file itself"),
)


def refuse(head: bytes, source: Source) -> UnreadableError:
    """Return the error for a file that is neither zip nor HDF5."""
    name = _name_of(head, source.size)
    if name:
        return NotAModelError(name)
    return UnreadableError(f"not a Keras model: it begins with {head[:8]!r}, neither a zip archive nor HDF5")


def _name_of(head: bytes, size: int) -> str:
    if head[4:8] == b"TFL3":
        return f"a TFLite file, which {CONVERTED}"
    if TORCH_LEGACY in head:
        return f"an old PyTorch file (a pickle), which is not read; {READ}"
    if head.startswith(b"\x80") and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return f"a pickle, which is not read: unpickling runs code; {READ}"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= size - 8:
        return "a safetensors file: weights without an architecture in a format that is not read"
    for magic, name in MAGICS:
        if head.startswith(magic):
            return name
    if _is_graph(head):
        return f"a frozen TensorFlow graph, which {CONVERTED}"
    if _is_onnx(head):
        return f"an ONNX file, which {CONVERTED}"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for start, name in TEXTS:
        if text.startswith(start):
            return name
    return _json(text)


def _json(text: bytes) -> str:
    if not text.startswith((b"{", b"[")):
        return ""
    if b"weight_map" in text or b'"metadata"' in text:
        return "JSON that lists shards of weights; give one of the .weights.h5 files, or save the whole model"
    return "JSON text: an architecture without its weights is not read; save the whole model (model.save)"


def _is_graph(head: bytes) -> bool:
    """Its first node (field 1 and a length) begins with a name (field 1, a length, the name) and an operation (2)."""
    found = re.match(rb"\n[\x80-\xff]{0,4}[\x00-\x7f]\n[\x01-\x7f]", head)
    end = found.end() + head[found.end() - 1] if found else len(head)
    return head[end : end + 1] == b"\x12"


def _is_onnx(head: bytes) -> bool:
    """Field 1 (the version, small), then the producer's name (2), the graph (7) or the operators' versions (8)."""
    return len(head) > 3 and head[0] == 0x08 and 2 < head[1] < 0x20 and head[2] in (0x12, 0x1A, 0x3A, 0x42)


def name_of_archive(members: Collection[str]) -> str:
    """Return what a zip archive without config.json is; "" where it is nothing that is known."""
    leaves = {name.rpartition("/")[2] for name in members}
    if "data.pkl" in leaves:
        kind = "TorchScript" if "constants.pkl" in leaves else "PyTorch"
        return f"a {kind} file, which is not read; {READ}"
    if members and all(name.endswith(".npy") for name in members):
        return f"a NumPy archive (.npz): arrays without an architecture are not read; {READ}"
    models = (name for name in members if name.lower().endswith(MODELS) and not name.endswith(".weights.h5"))
    if inside := sorted(models):
        return f"a zip archive with a model in it ({inside[0]}); unpack it first"
    if "data.json" in leaves or any(name.startswith("Data/com.apple.CoreML") for name in members):
        return f"a Core ML package, which {CONVERTED}"
    return ""


def name_of_folder(path: Path) -> str:
    """Return what a folder is that holds no model; "" where it is nothing that is known."""
    if any((path / name).exists() for name in ("_CHECKPOINT_METADATA", "_METADATA", "manifest.ocdbt", "_strings.json")):
        return f"an Orbax checkpoint, which is not read; {READ}"
    if (path / "config.json").exists() and (path / "metadata.json").exists():
        return "an unpacked .keras archive without its weights: there is no model.weights.h5 in it"
    if any(path.glob("*.index")):
        return "a TensorFlow checkpoint: weights without an architecture in a format that is not read"
    if any(path.glob("*.safetensors")) or (path / "pytorch_model.bin").exists():
        return f"a folder of Hugging Face weights, which is not read; {READ}"
    if any(path.glob("Data/com.apple.CoreML*")):
        return f"a Core ML package, which {CONVERTED}"
    return ""
