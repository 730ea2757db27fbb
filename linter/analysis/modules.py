"""Where the classes and functions of a configuration come from: Keras, a registered package, unknown code.

Or where none should.
"""

from __future__ import annotations

import sys
from enum import Enum

from linter.analysis.documents import KERAS, Stored

DANGEROUS = frozenset(
    [
        "IPython",
        "_pytest",
        "cffi",
        "cloudpickle",
        "dask",
        "dill",
        "distutils",
        "fabric",
        "fsspec",
        "gevent",
        "gunicorn",
        "invoke",
        "joblib",
        "nltk",
        "numexpr",
        "numpy",
        "paramiko",
        "pandas",
        "pdb",
        "pip",
        "pkg_resources",
        "pty_process",
        "ptyprocess",
        "py",
        "pytest",
        "requests",
        "ruamel",
        "scipy",
        "setuptools",
        "sh",
        "skimage",
        "sklearn",
        "sympy",
        "torch",
        "tornado",
        "urllib3",
        "werkzeug",
        "wheel",
        "xmlrpc",
        "yaml",
    ]
)
"""Packages that are often installed, are no model code, and hold functions that run, load or fetch things."""
TENSORFLOW_MODELLING = (
    "keras",
    "python.keras",
    "python.framework.tensor_spec",
    "python.framework.dtypes",
    "python.ops.ragged",
    "python.framework.sparse_tensor",
    "python.trackable",
    "python.training.tracking",
)


LONGEST = 1000
"""Characters of a module's name: what is longer is data, such as the module in a TorchModuleWrapper's configuration."""


class Origin(Enum):
    """What a module is to a loader."""

    KERAS = "keras"
    REGISTERED = "registered"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


def origin(item: Stored) -> Origin | None:
    """Return where the class or function of an object comes from; None for an object that names no module."""
    module = item.module
    if module is None or len(module) > LONGEST:
        return None
    root = module.split(".")[0]
    if root in KERAS:
        return Origin.KERAS
    if root == "builtins":
        return Origin.FOREIGN if _abused(item) else Origin.KERAS
    if root == "tensorflow" or root == "tensorflow_core":
        return Origin.KERAS if module.partition(".")[2].startswith(TENSORFLOW_MODELLING) else Origin.FOREIGN
    if root in sys.stdlib_module_names or root in DANGEROUS or not root.isidentifier():
        return Origin.UNKNOWN if root == "__main__" else Origin.FOREIGN
    return Origin.REGISTERED if ">" in item.registered else Origin.UNKNOWN


def _abused(item: Stored) -> bool:
    """Whether an object of module `builtins` is none of those that Keras writes.

    Functions by registered or plain name.
    """
    import builtins

    if item.class_name != "function":
        return not item.class_name.startswith("__")
    name = item.function
    return ">" not in name and hasattr(builtins, name)
