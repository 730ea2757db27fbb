"""What a hostile job would try. Every function runs inside a confined process; none of them may get what it wants."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Job = Mapping[str, Any]
Emit = Callable[[Mapping[str, Any]], None]


def echo(job: Job, emit: Emit) -> dict[str, Any]:
    return {
        "job": dict(job),
        "pid": os.getpid(),
        "user": os.geteuid(),
        "environment": sorted(os.environ),
        "home": os.environ["HOME"],
    }


def progress(job: Job, emit: Emit) -> str:
    for step in range(3):
        emit({"step": step})
    return "done"


def read_file(job: Job, emit: Emit) -> str:
    return Path(job["path"]).read_text()[:100]


def list_folder(job: Job, emit: Emit) -> list[str]:
    return os.listdir(job["path"])


def write_file(job: Job, emit: Emit) -> str:
    Path(job["path"]).write_text("planted")
    return Path(job["path"]).read_text()


def write_scratch(job: Job, emit: Emit) -> list[str]:
    folder = Path(os.environ["HOME"])
    (folder / "note.txt").write_text("x" * job["size"])
    return sorted(path.name for path in folder.iterdir())


def change_mode(job: Job, emit: Emit) -> None:
    os.chmod(job["path"], 0o777)


def remove_file(job: Job, emit: Emit) -> None:
    os.unlink(job["path"])


def connect(job: Job, emit: Emit) -> None:
    socket.create_connection(("127.0.0.1", job["port"]), timeout=2).sendall(b"planted")


def open_socket(job: Job, emit: Emit) -> None:
    socket.socket(getattr(socket, job["family"]))


def execute(job: Job, emit: Emit) -> None:
    os.execv(sys.executable, [sys.executable, "-c", "print('planted')"])


def start_program(job: Job, emit: Emit) -> None:
    subprocess.run(["/bin/true"], check=True)


def fork(job: Job, emit: Emit) -> None:
    if os.fork() == 0:
        os._exit(0)


def kill_parent(job: Job, emit: Emit) -> None:
    os.kill(os.getppid(), signal.SIGTERM)


def raise_limit(job: Job, emit: Emit) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (100_000, 100_000))


def raw_call(job: Job, emit: Emit) -> int:
    """Make a system call past all of Python, by its number on x86-64."""
    library = ctypes.CDLL(None, use_errno=True)
    result = int(library.syscall(ctypes.c_long(job["number"]), *(ctypes.c_long(0),) * 6))
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def allocate(job: Job, emit: Emit) -> int:
    return len(bytearray(job["bytes"]))


def allocate_slowly(job: Job, emit: Emit) -> int:
    held = []
    while sum(map(len, held)) < job["bytes"]:
        held.append(b"\x01" * (8 << 20))
        time.sleep(0.01)
    return len(held)


def spin(job: Job, emit: Emit) -> None:
    while True:
        pass


def sleep(job: Job, emit: Emit) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(10_000)


def print_for_ever(job: Job, emit: Emit) -> None:
    while True:
        os.write(job["descriptor"], b"noise " * 1000)


def answer_for_ever(job: Job, emit: Emit) -> None:
    while True:
        emit({"text": "x" * 100_000})


def answer_much(job: Job, emit: Emit) -> str:
    return "x" * job["bytes"]


def answer_nonsense(job: Job, emit: Emit) -> None:
    """Write to every descriptor that is open, as code that has taken over the process would."""
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, bytes.fromhex(job["hex"]))
        except OSError:
            continue
    os._exit(0)


def not_json(job: Job, emit: Emit) -> float:
    return float("nan")


def crash(job: Job, emit: Emit) -> None:
    os.kill(os.getpid(), signal.SIGSEGV) if job.get("by_kill") else ctypes.string_at(0)


def leave(job: Job, emit: Emit) -> None:
    os._exit(job["status"])


def fail(job: Job, emit: Emit) -> None:
    raise ValueError("it went \x1b[31mwrong")


def use_threads(job: Job, emit: Emit) -> int:
    found: list[int] = []
    threads = [threading.Thread(target=found.append, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(found)


def walk_hdf5(job: Job, emit: Emit) -> dict[str, Any]:
    from linter.options import Limits
    from linter.read import hdf5
    from linter.read.source import FileSource

    source = FileSource(Path(job["path"]))
    found = hdf5.walk(source, Limits()).weights
    sums = {name: float(sum(piece.sum() for piece in weight.chunks())) for name, weight in found.items()}
    source.close()
    return sums
