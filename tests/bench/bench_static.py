"""Speed and memory of the static path, as ratios to a floor in one run: python -m tests.bench.bench_static [repeats].

The floor is a process that imports numpy and h5py and reads the file's bytes once. Beside it stands
keras.models.load_model. On a busy machine the ratio of processor times says more than that of wall times.
Models come from keras.applications (weights=None) and live in a temporary folder.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

FIRST = "RNN101,RNN102,INI201,INI204,INI213,ACT301,ACT303,OUT501,OUT502,OUT503,OUT505,OUT506,NUM701,CMP951,CMP952"
"""The rules that the static linter began with; the whole catalogue is the default."""
FLOOR = """
import os, sys
import numpy, h5py
buffer = memoryview(bytearray(1 << 18))
with open(sys.argv[1], "rb", buffering=0) as file:
    while file.readinto(buffer):
        pass
"""
LOAD = "import sys, keras; keras.models.load_model(sys.argv[1], compile=False)"
MAKE = """
import sys, keras
from pathlib import Path
folder = Path(sys.argv[1])
small = [keras.layers.Dense(256, "relu") for _ in range(4)]
keras.Sequential([keras.Input((64,)), *small, keras.layers.Dense(10)]).save(folder / "small.keras")
for name in sys.argv[2:]:
    model = getattr(keras.applications, name)(weights=None)
    model.save(folder / f"{name}.keras")
    model.save(folder / f"{name}.h5")
"""


@dataclass(frozen=True)
class Run:
    """Median wall and processor time and greatest resident memory of a command."""

    seconds: float
    processor: float
    megabytes: float


def measured(commands: Mapping[str, Sequence[str]], repeats: int) -> dict[str, Run]:
    """Run the commands in turn, each several times, in fresh processes; the first round is for the caches."""
    rounds = [{name: once(command) for name, command in commands.items()} for _ in range(repeats + 1)][1:]
    return {
        name: Run(
            median(each[name].seconds for each in rounds),
            median(each[name].processor for each in rounds),
            max(each[name].megabytes for each in rounds),
        )
        for name in commands
    }


def once(command: Sequence[str]) -> Run:
    """Run a command in a fresh process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
    _, _, usage = os.wait4(process.pid, 0)
    return Run(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def environment() -> dict[str, str]:
    """Return the environment of the commands: quiet TensorFlow, bytecode kept as an installation keeps it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "TF_CPP_MIN_LOG_LEVEL": "3"}


def compare(path: Path, repeats: int) -> None:
    """Print one file's line."""
    python = sys.executable
    check = [str(Path(python).with_name("keras-lint")), "check", str(path)]
    ours = {
        "floor": [python, "-c", FLOOR, str(path)],
        "first rules": [*check, "--select", FIRST],
        "catalogue": check,
    }
    theirs = {"load_model": [python, "-c", LOAD, str(path)]}
    runs = measured(ours, repeats) | measured(theirs, max(1, repeats // 3))
    floor = runs["floor"]
    parts = [
        f"{name} {run.seconds:.2f} s = {run.seconds / floor.seconds:.2f} x "
        f"(processor {run.processor / floor.processor:.2f} x), {run.megabytes:.0f} MB"
        for name, run in runs.items()
    ]
    print(f"{path.name} ({path.stat().st_size / 1e6:.0f} MB): " + "; ".join(parts), flush=True)


def imports(path: Path) -> dict[str, float]:
    """Return the milliseconds that a check spends in importing our modules, theirs left out, by module."""
    command = [sys.executable, "-X", "importtime", "-m", "linter", "check", str(path)]
    log = subprocess.run(command, capture_output=True, text=True, check=False, env=environment()).stderr
    found = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(linter[\w.]*)", log)
    return {name: int(own) / 1000 for own, name in found}


def main() -> None:
    """Make the models, measure, print."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-c", MAKE, name, "ResNet50", "VGG16"]
        subprocess.run(command, check=True, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for file in ("small.keras", "ResNet50.keras", "ResNet50.h5", "VGG16.keras", "VGG16.h5"):
            compare(folder / file, repeats)
        own = imports(folder / "small.keras")
        worst = sorted(own.items(), key=lambda item: -item[1])[:5]
        print(
            f"own imports: {sum(own.values()):.0f} ms in {len(own)} modules; "
            + ", ".join(f"{k} {v:.1f}" for k, v in worst)
        )


if __name__ == "__main__":
    main()
