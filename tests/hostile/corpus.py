"""The corpus on disk: `python -m tests.hostile.corpus FOLDER` writes hostile/CODE-NAME and benign/CODE-NAME."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from tests.hostile.attack import put
from tests.hostile.attacks import ATTACKS


def write(folder: Path) -> list[tuple[Path, Path]]:
    """Write every attack and its twin; return their paths in pairs."""
    pairs = []
    for kind in ("hostile", "benign"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's deprecations
        for attack in ATTACKS:
            name = f"{attack.code}-{attack.name}{attack.suffix}"
            hostile = put(attack.hostile(), folder / "hostile" / name)
            pairs.append((hostile, put(attack.benign(), folder / "benign" / name)))
    return pairs


if __name__ == "__main__":
    write(Path(sys.argv[1]))
