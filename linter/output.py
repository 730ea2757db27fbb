"""Files that the commands write: whole or not at all, and where that fails, an error that names the file asked for."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DESCRIPTORS = ("/dev/std", "/dev/fd/", "/proc/self/fd/")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class OutputError(ValueError):
    """A file that cannot be written; the message says why."""


@contextmanager
def draft_of(output: Path) -> Iterator[Path]:
    """Give a path of the same ending in a folder of its own beside `output`; what is written there takes its place.

    Nothing does if the block raises, or writes nothing. A link stays one: the file that it names is written.
    Raises OutputError where `output` cannot be written.
    """
    from tempfile import TemporaryDirectory

    check(output)
    if _is_stream(output):
        raise OutputError(f"{output} cannot be written: it is not an ordinary file")
    target = Path(os.path.realpath(output))
    mark = f".{target.name}."
    with _told(output, mark), TemporaryDirectory(prefix=mark, dir=target.parent) as room:
        draft = Path(room) / f"draft{output.suffix}"
        yield draft
        if draft.exists():
            draft.replace(target)


def write(text: str, output: Path) -> None:
    """Write a text to a file, or to a device or pipe; raises OutputError."""
    check(output)
    if _is_stream(output):
        with _told(output, output.name), output.open("a", encoding="utf-8") as stream:
            stream.write(text)
        return
    with draft_of(output) as draft:
        draft.write_text(text, encoding="utf-8")


def check(output: Path) -> None:
    """Raise OutputError where it is plain that nothing can be written, before any work is done for it."""
    folder = output.parent
    if output.is_dir():
        raise OutputError(f"{output} cannot be written: it is a folder; name a file")
    if not folder.is_dir():
        raise OutputError(f"{output} cannot be written: there is no folder {folder}")


def _is_stream(output: Path) -> bool:
    """Whether it is a device, a pipe or an open file by its descriptor, which a file must not replace."""
    return str(output).startswith(DESCRIPTORS) or (output.exists() and not output.is_file())


@contextmanager
def _told(output: Path, mark: str) -> Iterator[None]:
    """Turn errors of the system about paths with `mark`, and about a full disk, into one about `output`."""
    try:
        yield
    except OSError as error:
        if mark not in str(error.filename) and error.errno not in FULL:
            raise
        raise OutputError(f"{output} cannot be written: {error.strerror}") from None
