"""Detection, false alarms, time and memory beside other scanners of model files: python -m tests.bench.bench_peers [N].

Hostile models are those of tests/hostile, each with its benign twin; healthy ones are written by Keras in every format,
real ones lie in ../shared/models where they are at hand. Scanners run N times each (5) in turns, in fresh processes;
ratios are theirs over ours. Scanners that cannot be installed are left out, with a message. It takes some minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.bench.bench_static import measured
from tests.bench.peers import OURS, PEERS, QUIET, SECURITY, Scanner

REAL = Path(__file__).parents[2] / "../shared/models"
TRULY = 2
"""Lambda layers among the real models."""


def models_in(folder: Path) -> list[Path]:
    """Return the models of a folder: files, and folders of a SavedModel."""
    files = [p for p in folder.rglob("*") if p.suffix in (".keras", ".h5", ".hdf5") and p.is_file()]
    folders = [p.parent for p in folder.rglob("*") if p.name in ("saved_model.pb", "keras_metadata.pb")]
    return sorted({*files, *folders})


def detections(scanners: Iterable[Scanner], folder: Path, scratch: Path) -> None:
    """Print, by scanner, how many models of each kind raise an alarm."""
    kinds = {"hostile": folder / "hostile", "benign twins": folder / "benign", "of Keras": folder / "keras"}
    kinds |= {"real": REAL.resolve()} if REAL.is_dir() else {}
    held = {kind: models_in(place) for kind, place in kinds.items()}
    print(f"{'alarms on':22}" + "".join(f"{f'{len(held[kind])} {kind}':>20}" for kind in kinds))
    for scanner in scanners:
        cells = []
        for kind, place in kinds.items():
            found = scanner.alarms(place, held[kind], scratch)
            if scanner is OURS:
                found = _counted(found, kind)
                missed = [path.name for path in held[kind] if path not in found] if kind == "hostile" else []
                loud = [path.name for path in found] if kind in ("benign twins", "of Keras") else []
                print(*(f"  {name}" for name in (*missed, *loud)), sep="\n", end="\n" if missed or loud else "")
            cells.append(f"{len(found):>20}")
        print(f"{scanner.title:22}" + "".join(cells))
    if "real" in kinds:
        print(f"(of the alarms on real models {TRULY} are true: Lambda layers)")


def _counted(found: dict[Path, set[str]], kind: str) -> dict[Path, set[str]]:
    """Of a hostile model only the rule counts that it is made for; a note that code is needed (SEC011) is no alarm."""
    if kind == "hostile":
        return {path: codes for path, codes in found.items() if path.name[:6] in codes}
    return {path: codes for path, codes in found.items() if codes - {"SEC011"}}


def times(scanners: Iterable[Scanner], folder: Path, scratch: Path, repeats: int) -> None:
    """Print time and memory of the others on the same files, as ratios to ours: security rules alone, as theirs are,
    and the whole catalogue.
    """
    peers = [scanner for scanner in scanners if scanner is not OURS]
    for path in sorted(folder.iterdir()):
        runs = measured(
            {scanner.title: scanner.command(path, scratch / "out") for scanner in (SECURITY, OURS, *peers)}, repeats
        )
        for base in (SECURITY, OURS):
            ours = runs[base.title]
            print(f"{path.name}, {base.title}: processor {ours.processor:.2f} s, {ours.megabytes:.0f} MB")
            for peer in peers:
                one = runs[peer.title]
                time, processor = one.seconds / ours.seconds, one.processor / ours.processor
                memory = one.megabytes / ours.megabytes
                print(
                    f"  {peer.title:20} {time:5.1f} x time, {processor:5.1f} x processor time, {memory:4.1f} x memory"
                )


def main(repeats: int) -> None:
    """Install what is missing, write the models, and print both tables."""
    os.environ.update(QUIET)
    scanners = [OURS]
    for peer in PEERS:
        if why := peer.missing():
            print(f"{peer.title} is left out: {why}")
        else:
            scanners.append(peer)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for module in ("tests.hostile.corpus", "tests.bench.keras_models"):
            command = [sys.executable, "-m", module, str(folder)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        detections(scanners, folder, folder)
        times(scanners, folder / "timed", folder, repeats)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
