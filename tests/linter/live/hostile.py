"""Layers that do what they must not, admitted by tests alone through --import."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

HOME = Path.home()


def read_secrets() -> None:
    """Read a file of the system."""
    Path("/etc/passwd").read_text()


def write_file() -> None:
    """Write beside the model."""
    Path("planted-by-hostile.txt").write_text("planted")
    Path(__file__).with_name("planted-by-hostile.txt").write_text("planted")


def open_socket() -> None:
    """Reach for the network."""
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def make_socket() -> None:
    """Make one that is not yet connected."""
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def run_program() -> None:
    """Start a program."""
    subprocess.run(["/bin/true"], check=True)


def replace_self() -> None:
    """Become another program."""
    os.execv(sys.executable, [sys.executable, "-c", "pass"])


def fork() -> None:
    """Become two."""
    if os.fork() == 0:
        os._exit(0)


SMALL: tuple[Callable[[], None], ...] = (
    read_secrets,
    write_file,
    open_socket,
    make_socket,
    run_program,
    replace_self,
    fork,
)


def try_all() -> None:
    """Try the small ones, one after another; tell which went through, and how the others ended."""
    told = []
    for deed in SMALL:
        try:
            deed()
            told.append(f"{deed.__name__} WENT THROUGH")
        except OSError as error:
            told.append(f"{deed.__name__} {type(error).__name__}")
    raise RuntimeError(", ".join(told))


def allocate() -> None:
    """Take 100 GB."""
    bytearray(100 << 30)


def spin() -> None:
    """Never end."""
    while True:
        pass


def flood() -> None:
    """Print for ever."""
    while True:
        print("noise " * 10_000)


DEEDS = {deed.__name__: deed for deed in (try_all, allocate, spin, flood)}


class Hostile(keras.Layer):  # type: ignore[misc]  # Keras ships no types
    """Does its deed when it is called on data."""

    def __init__(self, deed: str = "try_all", **kwargs: Any) -> None:
        """Remember it."""
        super().__init__(**kwargs)
        self.deed = deed

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Change nothing of the shape, and run nothing to tell it."""
        return input_shape

    def call(self, inputs: Any) -> Any:
        """Do it."""
        DEEDS[self.deed]()
        return inputs
