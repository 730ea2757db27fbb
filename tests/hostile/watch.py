"""An audit hook that notes what no static lint may do: reach out, start or import something, open what is not its own.

Every open, socket, program, import, load of code and change of a folder by Python passes through the hook.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.system",
    "os.posix_spawn",
    "os.startfile",
    "ctypes.dlopen",
    "marshal.loads",
    "pickle.",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "shutil.",
    "urllib.",
)
MODULES = ("linter", "numpy", "h5py", "encodings", "jinja2", "markupsafe")
"""What the linter may import late."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watcher:
    """Notes in `seen` what happens while it is `on`; it cannot be taken off again, as no audit hook can."""

    def __init__(self, *readable: Path) -> None:
        """Allow reading below `readable`, Python, this checkout and the kernel's own files, and writing nowhere."""
        self.on, self.seen = False, set[str]()
        places = (*readable, sys.prefix, sys.base_prefix, Path(__file__).parents[2])
        self.roots = (*(f"{place}{os.sep}" for place in places), "/dev/null", "/dev/urandom", "/proc/", "/sys/")
        self.exact = frozenset(str(place) for place in readable)
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open":
            self._open(*args)
        elif event == "marshal.loads" and _importing():
            return  # Python's own modules are stored that way
        elif event.startswith(FORBIDDEN):
            self.seen.add(event)
        elif event == "import" and args[0] not in sys.modules and not str(args[0]).startswith(MODULES):
            self.seen.add(f"imported {args[0]}")

    def _open(self, path: Any, mode: str | None, flags: int) -> None:
        if not isinstance(path, str | bytes):
            return  # a descriptor that is open already
        name = os.path.abspath(os.fsdecode(path))
        if flags & WRITING:
            self.seen.add(f"opened {name!r} for writing")
        elif name not in self.exact and not name.startswith(self.roots):
            self.seen.add(f"opened {name!r}")


def _importing() -> bool:
    """Whether the call comes from Python's import of a module, seen from an audit hook."""
    frame = sys._getframe(2)
    return frame.f_code.co_filename.startswith("<frozen importlib")
