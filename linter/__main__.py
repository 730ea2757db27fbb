"""`keras-lint`, and `python -m linter`, as a process of its own: short-lived, so it spends nothing on tidying up."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

OBJECTS = 100_000
"""New objects before the garbage collector looks for cycles: importing and reading a usual model makes fewer."""
BLAS = "OPENBLAS_NUM_THREADS"
"""NumPy's linear algebra starts a thread a core when it is imported; what is multiplied here is small."""


def run() -> NoReturn:
    """Run the command line and end the process; taking the interpreter apart costs as much as reading a small file."""
    gc.set_threshold(OBJECTS)
    os.environ.setdefault(BLAS, "1")
    from linter.cli import main

    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader of our output has left
        code = code or 2
    os._exit(code)


if __name__ == "__main__":
    run()
